import type { RawRequest } from "../contract.ts";
import type { ZendeskSettings } from "./settings.ts";

/** For whom, as what and from which request an event is made. */
export interface Maker {
  readonly source: string;
  readonly settings: ZendeskSettings;
  readonly request: RawRequest;
}
