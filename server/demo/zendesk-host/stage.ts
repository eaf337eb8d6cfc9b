/** Who and what is on the stage: invented people and tickets of one Zendesk account. */
export interface StageUser {
  readonly id: number;
  readonly name: string;
  readonly email: string | null;
  readonly externalId: string | null;
  readonly role?: "agent" | "admin" | "end-user";
  readonly locale?: string;
  readonly organization?: string;
}

export interface StageTicket {
  readonly id: number;
  readonly subject: string;
  readonly requester: StageUser;
  readonly status: "new" | "open" | "pending" | "solved";
  readonly createdAt: string;
  readonly tags: readonly string[];
  readonly conversation: readonly { readonly from: string; readonly at: string; readonly text: string }[];
  /** Why this ticket is worth a look; Zendesk itself would not say so. */
  readonly hint?: string;
}

export interface Stage {
  readonly subdomain: string;
  readonly installation: number;
  readonly agent: StageUser;
  /** At least one. */
  readonly tickets: readonly StageTicket[];
}
