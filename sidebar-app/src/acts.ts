import type { Ask } from "./asks.ts";
import type { OpenMatchBody, RequesterBody } from "./wire.ts";

/** What a view can ask for. Views know nothing of how it is done. */
export interface Acts {
  ask(ask: Ask): void;
  falseAlarm(match: OpenMatchBody): void;
  send(body: RequesterBody): void;
  undo(action: string): void;
  retry(): void;
  moreTimeline(): void;
  openTicket(id: string): void;
  /** Shows somebody else: on this page where it has room for that, else on the app's page in the navigation bar. */
  openSubject(kind: "person" | "account", id: string, name: string | null): void;
  insertDraft: ((text: string) => void) | null;
  copyNote: ((body: RequesterBody) => void) | null;
}
