/** Monday, 2 March 2026, 12:00 UTC. */
export const NOON = Date.UTC(2026, 2, 2, 12);

export interface CloudEvent {
  readonly id?: string;
  readonly source?: string;
  readonly type: string;
  /** Seconds after noon. */
  readonly at: number;
  readonly subject?: string;
  readonly data?: { readonly [name: string]: unknown };
}

let made = 0;

/** One CloudEvent of the account acme and its person u1, as a line of a file. */
export function line({
  id,
  source = "gateway",
  type,
  at,
  subject = "account/acme",
  data = {},
}: CloudEvent): string {
  const time = new Date(NOON + at * 1_000).toISOString();
  return JSON.stringify({
    specversion: "1.0",
    id: id ?? `event-${++made}`,
    source,
    type,
    time,
    subject,
    data: { user: "u1", ...data },
  });
}

export function rateLimited(at: number, more: Partial<CloudEvent> = {}): string {
  return line({ type: "api.request_failed", at, data: { status: 429, endpoint: "/v1/export" }, ...more });
}

export function file(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
