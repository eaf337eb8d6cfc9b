import type { Incoming } from "../../server/core/event.ts";

/* Who is in a story. */

export interface Human {
  readonly id: string;
  /** IANA name of where they are. */
  readonly zone?: string;
  readonly account?: string;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly data?: Incoming["data"];
}

export interface CompanyOptions {
  readonly id: string;
  /** IANA name of where its colleagues work, and of whoever has not said where they are. */
  readonly zone: string;
  readonly settings?: { readonly [name: string]: unknown };
  /** Whether messages leave; false is a dry run. */
  readonly live?: boolean;
}
