import { MINUTE, type Millis } from "../../core/time.ts";
import type { RiskBody } from "../../http/wire.ts";
import type { StageTicket, StageUser } from "../zendesk-host/index.ts";
import type { Chosen, Known } from "./requesters.ts";
import { type Letter, letterOf, OF_A_COLLEAGUE, OF_A_STRANGER } from "./words.ts";

export const AGENT: StageUser = {
  id: 361_000_031,
  name: "Ana Ruiz",
  email: "ana.ruiz@larkstand.example.com",
  externalId: null,
  role: "agent",
  locale: "en-US",
};

/** A ticket in the list, with the simulated customer behind it where there is one. */
export interface Shown {
  readonly ticket: StageTicket;
  readonly known: Known | null;
  /** What the list says of the requester, beside their risk. */
  readonly note: string | null;
}

/** One ticket for each kind of requester that an agent can have before them. */
export function ticketsFor({ atRisk, watched, calm }: Chosen, now: Millis): readonly Shown[] {
  const shown = (known: Known, index: number, user: StageUser, note: string | null): Shown => {
    const { ticket, issue } = known;
    // Theirs where the server knows of one: then it can also say whether it was seen coming.
    const id = ticket !== null && /^\d{1,12}$/.test(ticket.id) ? Number(ticket.id) : 48_210 + index;
    const at = ticket?.openedAt ?? now - (4 + 9 * index) * MINUTE;
    return { ticket: ticketOf(id, user, letterOf(issue), at), known, note };
  };
  const [worst] = atRisk;
  return [
    ...atRisk.map((known, index) => shown(known, index, userOf(known), null)),
    ...(watched === null ? [] : [shown(watched, 2, withoutAddress(watched), "without an email address")]),
    ...(calm === null ? [] : [shown(calm, 3, userOf(calm), null)]),
    ...(worst === undefined ? [] : [colleagueOf(worst, now)]),
    stranger(now),
  ];
}

const userOf = ({ person, account }: Known): StageUser => ({
  id: Number(person.zendeskId),
  name: person.name,
  email: person.email,
  externalId: person.id,
  role: "end-user",
  organization: account.name,
});

const withoutAddress = (known: Known): StageUser => ({ ...userOf(known), email: null, externalId: null });

function colleagueOf({ account }: Known, now: Millis): Shown {
  const user: StageUser = {
    id: 9_021_999_000_001,
    name: "Robin Okafor",
    email: `robin.okafor@${account.id}.example.com`,
    externalId: null,
    role: "end-user",
    organization: account.name,
  };
  const ticket = ticketOf(48_221, user, OF_A_COLLEAGUE, now - 51 * MINUTE);
  return { ticket, known: null, note: "only their company is known" };
}

function stranger(now: Millis): Shown {
  const user: StageUser = {
    id: 9_021_999_000_002,
    name: "Priya Raman",
    email: "priya.raman@cheese.example.org",
    externalId: null,
    role: "end-user",
  };
  return {
    ticket: ticketOf(48_222, user, OF_A_STRANGER, now - 74 * MINUTE),
    known: null,
    note: "not known to Forestall",
  };
}

function ticketOf(id: number, requester: StageUser, letter: Letter, at: Millis): StageTicket {
  const given = requester.name.split(" ")[0] ?? requester.name;
  return {
    id,
    subject: letter.subject,
    requester,
    status: "open",
    createdAt: new Date(at).toISOString(),
    tags: letter.tags,
    conversation: [
      {
        from: requester.name,
        at: clockOf(at),
        text: `Hello! ${letter.text}`,
      },
      {
        from: AGENT.name,
        at: clockOf(at + MINUTE),
        text: `Thank you for writing, ${given}. I am having a look.`,
      },
    ],
  };
}

const clockOf = (at: Millis): string =>
  new Date(at).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false });

/** "85, critical": what the app will say first. */
export const hintOf = (risk: RiskBody | null, note: string | null): string =>
  [risk === null ? null : `score ${risk.score}, ${risk.band}`, note]
    .filter((part) => part !== null)
    .join("; ");
