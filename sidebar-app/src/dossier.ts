import type { Api } from "./api.ts";
import { type Cell, createCell } from "./cell.ts";
import { type Failure, failureOf } from "./failure.ts";
import type { Subject, ZendeskUser } from "./host.ts";
import type { ContextBody, LiveMessage, PageBody, RequesterBody, RiskBody, TimelineItem } from "./wire.ts";

/** Whom a page is about. */
export type Target =
  | {
      readonly kind: "requester";
      readonly user: ZendeskUser;
      readonly ticket: string | null;
      readonly ticketAt: string | null;
    }
  | { readonly kind: "person" | "account"; readonly id: string; readonly name: string | null };

/** Everything known about one person or account, and how fresh it is. */
export interface Dossier {
  readonly target: Target | null;
  readonly body: RequesterBody | null;
  readonly timeline: TimelineState;
  /** When `body` was read; null before. */
  readonly readAt: number | null;
  /** Why the newest reading failed; `body` is then the last that is known. */
  readonly failure: Failure | null;
  readonly loading: boolean;
  /** For a live region: what changed while looked at. */
  readonly changed: { readonly from: number; readonly to: number } | null;
}

export interface TimelineState {
  readonly items: readonly TimelineItem[];
  readonly next: string | null;
  readonly loading: boolean;
  readonly failed: boolean;
}

export interface DossierDesk {
  readonly cell: Cell<Dossier>;
  /** What was shown of somebody else is gone at once, and what still arrives about them is dropped. */
  show(target: Target | null): Promise<void>;
  /** Somebody else is coming: nothing of before is shown meanwhile. */
  expect(): void;
  reload(): Promise<void>;
  moreTimeline(): Promise<void>;
  /** Reads again when a message concerns whom we show. */
  hear(message: LiveMessage): void;
}

const NO_TIMELINE: TimelineState = { items: [], next: null, loading: false, failed: false };
const EMPTY: Dossier = {
  target: null,
  body: null,
  timeline: NO_TIMELINE,
  readAt: null,
  failure: null,
  loading: true,
  changed: null,
};
/** Live messages come in handfuls: one reading serves all of them. */
const GATHER = 250;
const PAGE = 100;

export const targetOf = ({ user, ...ticket }: Subject): Target | null =>
  user === null ? null : { kind: "requester", user, ...ticket };

export function createDossierDesk(api: Api): DossierDesk {
  const cell = createCell<Dossier>(EMPTY);
  /** Grows with whom we show: an answer to a question of before is not shown. */
  let turn = 0;
  /** Grows with each reading: of two readings of the same, the later question wins. */
  let asked = 0;
  let gathering: number | undefined;

  const read = async (mine: number, target: Target): Promise<void> => {
    asked += 1;
    const question = asked;
    const stale = () => mine !== turn || question !== asked;
    try {
      const body = await readBody(api, target);
      if (stale()) return;
      const before = cell.get().body;
      cell.patch({ body, readAt: Date.now(), failure: null, loading: false, changed: moved(before, body) });
      await readTimeline(stale, timelinePath(body, target));
    } catch (error) {
      if (stale()) return;
      const failure = failureOf(error);
      // An account or person that is gone, or a right that was withdrawn, is not shown from memory.
      const gone = failure.kind === "not_found" || failure.kind === "permission";
      cell.patch({ failure, loading: false, ...(gone ? { body: null, timeline: NO_TIMELINE } : {}) });
    }
  };
  const readTimeline = async (stale: () => boolean, path: string | null): Promise<void> => {
    if (path === null) return cell.patch({ timeline: NO_TIMELINE });
    cell.patch({ timeline: { ...cell.get().timeline, loading: true } });
    try {
      const page = await api.get<PageBody<TimelineItem>>(path, { limit: String(PAGE) });
      if (stale()) return;
      cell.patch({ timeline: joined(cell.get().timeline, page) });
    } catch {
      if (!stale()) cell.patch({ timeline: { ...cell.get().timeline, loading: false, failed: true } });
    }
  };

  return {
    cell,
    async show(target) {
      turn += 1;
      window.clearTimeout(gathering);
      cell.set({ ...EMPTY, target, loading: target !== null });
      if (target !== null) await read(turn, target);
    },
    expect() {
      turn += 1;
      window.clearTimeout(gathering);
      // Who it will be is not known yet; that somebody is coming is shown as loading.
      cell.set({ ...EMPTY, target: cell.get().target });
    },
    async reload() {
      const { target } = cell.get();
      if (target === null) return;
      cell.patch({ loading: true });
      await read(turn, target);
    },
    async moreTimeline() {
      const { timeline, body, target } = cell.get();
      const path = body === null || target === null ? null : timelinePath(body, target);
      if (path === null || timeline.next === null || timeline.loading) return;
      const mine = turn;
      cell.patch({ timeline: { ...timeline, loading: true } });
      try {
        const page = await api.get<PageBody<TimelineItem>>(path, { limit: "200", after: timeline.next });
        if (mine !== turn) return;
        const items = [...cell.get().timeline.items, ...page.items];
        cell.patch({ timeline: { items, next: page.next, loading: false, failed: false } });
      } catch {
        if (mine === turn) cell.patch({ timeline: { ...cell.get().timeline, loading: false, failed: true } });
      }
    },
    hear(message) {
      const { body, target } = cell.get();
      if (target === null || !concerns(message, body)) return;
      const mine = turn;
      window.clearTimeout(gathering);
      gathering = window.setTimeout(() => {
        if (mine === turn) read(mine, target).catch(console.error);
      }, GATHER);
    },
  };
}

/** A page read anew goes in front of what was read before, as far as the two touch. */
function joined(before: TimelineState, { items, next }: PageBody<TimelineItem>): TimelineState {
  const last = items.at(-1);
  const at = last === undefined ? -1 : before.items.findIndex((each) => same(each, last));
  if (at === -1) return { items, next, loading: false, failed: false };
  return { ...before, items: [...items, ...before.items.slice(at + 1)], loading: false, failed: false };
}
const same = (a: TimelineItem, b: TimelineItem): boolean => a.kind === b.kind && a.id === b.id;

async function readBody(api: Api, target: Target): Promise<RequesterBody> {
  if (target.kind !== "requester") {
    const path = `/${target.kind}s/${encodeURIComponent(target.id)}/context`;
    return tolerant(await api.get<RequesterBody>(path));
  }
  const { user, ticket, ticketAt } = target;
  // All names at once: the server takes the surest one that it knows. One that cannot be a name would spoil the rest.
  const names = {
    zendeskId: user.id,
    externalId: nameLike(user.externalId, 512),
    email: nameLike(user.email, 320),
  };
  if (Object.values(names).every((name) => name === null || name === "")) return NOBODY;
  return tolerant(await api.get<RequesterBody>("/requesters", { ...names, ticket, ticketAt }));
}

const nameLike = (name: string | null, longest: number): string | null =>
  name === null || name.length > longest || /\p{Cc}/u.test(name) ? null : name;

const NO_CONTEXT: ContextBody = {
  prediction: null,
  lastMessage: null,
  openTickets: [],
  colleagues: [],
  moreColleagues: 0,
  quiet: null,
  incidents: [],
  next: null,
  draft: null,
  reviews: [],
  alerts: [],
  replays: [],
};

/** A server that is older than this page leaves the context out. */
const tolerant = (body: RequesterBody): RequesterBody => ({
  ...body,
  context: { ...NO_CONTEXT, ...body.context },
});

/** Who has no name at all is known to nobody. */
const NOBODY: RequesterBody = {
  person: null,
  account: null,
  matchedBy: null,
  personRisk: null,
  accountRisk: null,
  headline: "",
  context: NO_CONTEXT,
};

function timelinePath({ person, account }: RequesterBody, target: Target): string | null {
  if (person !== null && target.kind !== "account")
    return `/persons/${encodeURIComponent(person.id)}/timeline`;
  return account === null ? null : `/accounts/${encodeURIComponent(account.id)}/timeline`;
}

/** The risk that the page leads with: the higher one; the person's on a tie, as that is who asks. */
export function leading({ personRisk, accountRisk }: RequesterBody): RiskBody | null {
  if (personRisk === null || accountRisk === null) return personRisk ?? accountRisk;
  return accountRisk.unrounded > personRisk.unrounded ? accountRisk : personRisk;
}

function moved(before: RequesterBody | null, after: RequesterBody): Dossier["changed"] {
  const [from, to] = [before, after].map((body) => (body === null ? undefined : leading(body)?.score));
  return from === undefined || to === undefined || from === to ? null : { from, to };
}

function concerns({ event, data }: LiveMessage, body: RequesterBody | null): boolean {
  if (event === "reset" || event === "switches" || event === "incident") return true;
  if (body === null) return false;
  const { person, account } = body;
  if (event === "score") return data.key === `person/${person?.id}` || data.key === `account/${account?.id}`;
  if (event === "outcome") {
    const matches = [body.personRisk, body.accountRisk].flatMap((risk) => risk?.openMatches ?? []);
    return matches.some(({ match }) => match === data.match);
  }
  return (
    (data.person !== null && data.person === person?.id) ||
    (data.account !== null && data.account === account?.id)
  );
}
