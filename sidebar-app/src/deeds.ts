import type { Api } from "./api.ts";
import { type Cell, createCell } from "./cell.ts";
import type { Dossier } from "./dossier.ts";
import { type Failure, failureOf } from "./failure.ts";
import type {
  ActionBody,
  AlertBody,
  ManualPreviewBody,
  MatchDetailBody,
  OpenMatchBody,
  PageBody,
  PatternBody,
  RequesterBody,
  ReviewBody,
  RiskListItem,
} from "./wire.ts";

/** What an agent wants to do, as it was seen when they chose it: revisions are those of that moment. */
export type Ask =
  | { readonly kind: "false_alarm"; readonly match: OpenMatchBody; readonly revision: string | null }
  | {
      readonly kind: "pause" | "resume" | "stop";
      readonly person: string;
      readonly revision: string | null;
    }
  | { readonly kind: "approve" | "edit" | "reject"; readonly review: ReviewBody }
  | { readonly kind: "send"; readonly person: string; readonly choices: readonly Choice[] }
  | { readonly kind: "hand_over"; readonly alert: AlertBody; readonly owner: string }
  | { readonly kind: "link"; readonly zendeskId: string | null; readonly email: string | null }
  | { readonly kind: "undo"; readonly action: string };

/** A message that can be sent by hand. */
export interface Choice {
  readonly template: string;
  readonly name: string;
  readonly channels: readonly string[];
  /** The open match it belongs to. */
  readonly match: string | null;
}

/** What the agent filled in. */
export interface Filled {
  readonly reason: string;
  readonly until?: string;
  readonly text?: string;
  readonly template?: string;
  readonly channel?: string;
  readonly person?: string;
}

/** What was done last, for the line that offers to take it back. */
export interface Deed {
  readonly kind: Ask["kind"] | "copy_note" | "insert_reply";
  readonly at: string;
  /** Id of the action, when it can be taken back. */
  readonly undo: string | null;
  /** What the line names: an end, an owner, a person. */
  readonly name: string;
}

export interface DeskState {
  readonly ask: Ask | null;
  readonly busy: boolean;
  readonly failure: Failure | null;
  readonly preview: Preview | null;
  readonly found: readonly RiskListItem[] | null;
  readonly done: Deed | null;
  /** Failure of something that has no dialog. */
  readonly trouble: Failure | null;
}

export interface Preview {
  readonly template: string;
  readonly channel: string;
  readonly body: ManualPreviewBody | null;
  readonly failure: Failure | null;
}

export interface Desk {
  readonly cell: Cell<DeskState>;
  ask(ask: Ask): void;
  askFalseAlarm(match: OpenMatchBody): Promise<void>;
  askSend(body: RequesterBody): Promise<void>;
  cancel(): void;
  preview(template: string, channel: string): Promise<void>;
  find(text: string): Promise<void>;
  submit(filled: Filled): Promise<void>;
  undo(action: string, reason: string): Promise<void>;
  /** Something done in Zendesk only: `undo` does not exist there. */
  inZendesk(kind: "copy_note" | "insert_reply", act: () => Promise<void>): Promise<void>;
  dismiss(): void;
}

const IDLE: DeskState = {
  ask: null,
  busy: false,
  failure: null,
  preview: null,
  found: null,
  done: null,
  trouble: null,
};

/** What carries a message to one person; a colleague's step is an alert. */
const toOnePerson = (channel: string): boolean => !/^(human|broadcast)/.test(channel);

export function createDesk(
  api: Api,
  dossier: { readonly cell: Cell<Dossier>; reload(): Promise<void> },
): Desk {
  const cell = createCell<DeskState>(IDLE);
  let key = "";
  let previews = 0;
  let searches = 0;

  const open = (ask: Ask) => {
    key = crypto.randomUUID();
    cell.set({ ...IDLE, ask, done: cell.get().done });
  };
  const trouble = (error: unknown) => cell.patch({ busy: false, trouble: failureOf(error) });
  const finish = (kind: Deed["kind"], undo: string | null, name: string) => {
    cell.set({ ...IDLE, done: { kind, undo, name, at: new Date().toISOString() } });
  };

  const preview = async (template: string, channel: string): Promise<void> => {
    const { ask } = cell.get();
    if (ask?.kind !== "send") return;
    previews += 1;
    const mine = previews;
    const still = () => mine === previews && cell.get().ask === ask;
    cell.patch({ preview: { template, channel, body: null, failure: null }, failure: null });
    try {
      const wanted = { ...messageOf(ask, template, channel), reason: "preview" };
      const body = await api.post<ManualPreviewBody>("/deliveries", wanted, { query: { preview: "1" } });
      if (still()) cell.patch({ preview: { template, channel, body, failure: null } });
    } catch (error) {
      if (still()) cell.patch({ preview: { template, channel, body: null, failure: failureOf(error) } });
    }
  };

  return {
    cell,
    ask: open,
    async askFalseAlarm(match) {
      try {
        const { revision } = await api.get<MatchDetailBody>(`/matches/${encodeURIComponent(match.match)}`);
        open({ kind: "false_alarm", match, revision });
      } catch (error) {
        trouble(error);
      }
    },
    async askSend(body) {
      if (body.person === null) return;
      try {
        const patterns = await api.get<PageBody<PatternBody>>("/patterns");
        const choices = choicesOf(body, patterns.items);
        open({ kind: "send", person: body.person.id, choices });
        const first = choices[0];
        if (first !== undefined) await preview(first.template, first.channels[0] ?? "");
      } catch (error) {
        trouble(error);
      }
    },
    cancel: () => cell.patch({ ...IDLE, done: cell.get().done }),
    preview,
    async find(text) {
      searches += 1;
      const mine = searches;
      try {
        const found = await findPersons(api, text.trim());
        if (mine === searches) cell.patch({ found, failure: null });
      } catch (error) {
        if (mine === searches) cell.patch({ found: [], failure: failureOf(error) });
      }
    },
    async submit(filled) {
      const { ask, busy, preview } = cell.get();
      if (ask === null || busy) return;
      cell.patch({ busy: true, failure: null });
      try {
        const answer = await carryOut(api, ask, filled, key, preview);
        finish(ask.kind, answer.undoable ? answer.action : null, nameOf(ask, filled));
        await dossier.reload();
      } catch (error) {
        const failure = failureOf(error);
        // What was typed stays where it is: the dialog stays open.
        cell.patch({ busy: false, failure });
        if (failure.kind === "conflict") await dossier.reload();
      }
    },
    async undo(action, reason) {
      cell.patch({ busy: true, trouble: null });
      try {
        await api.post<ActionBody>(`/actions/${encodeURIComponent(action)}/undo`, { reason });
        finish("undo", null, "");
        await dossier.reload();
      } catch (error) {
        trouble(error);
      }
    },
    async inZendesk(kind, act) {
      try {
        await act();
        finish(kind, null, "");
      } catch {
        cell.patch({ trouble: { kind: "refused", detail: "" } });
      }
    },
    dismiss: () => cell.patch({ done: null, trouble: null }),
  };
}

function carryOut(
  api: Api,
  ask: Ask,
  filled: Filled,
  key: string,
  preview: Preview | null,
): Promise<ActionBody> {
  const { reason } = filled;
  const id = encodeURIComponent;
  switch (ask.kind) {
    case "false_alarm":
      return api.post(
        `/matches/${id(ask.match.match)}/verdict`,
        { verdict: "false_alarm", reason },
        { ifMatch: ask.revision },
      );
    case "pause":
      return api.post(
        `/persons/${id(ask.person)}/pause`,
        { reason, ...(filled.until === undefined ? {} : { until: filled.until }) },
        { ifMatch: ask.revision },
      );
    case "resume":
    case "stop":
      return api.post(`/persons/${id(ask.person)}/${ask.kind}`, { reason }, { ifMatch: ask.revision });
    case "approve":
    case "reject":
    case "edit":
      return api.post(
        `/decisions/${id(ask.review.decision)}/review`,
        { answer: ask.kind, reason, ...(ask.kind === "edit" ? { text: filled.text ?? "" } : {}) },
        { ifMatch: ask.review.revision },
      );
    case "send":
      return api.post(
        "/deliveries",
        {
          ...messageOf(ask, filled.template ?? "", filled.channel ?? ""),
          reason,
          ...(preview?.body?.verdict === "override" ? { override: true } : {}),
        },
        { key },
      );
    case "hand_over":
      return api.post(
        `/alerts/${id(ask.alert.id)}/assign`,
        { assignee: ask.owner, reason },
        { ifMatch: String(ask.alert.revision) },
      );
    case "link":
      return api.post(`/persons/${id(filled.person ?? "")}/link`, {
        reason,
        ...(ask.zendeskId === null ? {} : { zendeskId: ask.zendeskId }),
        ...(ask.email === null ? {} : { email: ask.email }),
      });
    case "undo":
      return api.post(`/actions/${id(ask.action)}/undo`, { reason });
  }
}

const messageOf = (ask: Extract<Ask, { kind: "send" }>, template: string, channel: string) => {
  const match = ask.choices.find((choice) => choice.template === template)?.match ?? null;
  return { person: ask.person, template, channel, ...(match === null ? {} : { match }) };
};

function nameOf(ask: Ask, filled: Filled): string {
  if (ask.kind === "hand_over") return ask.owner;
  if (ask.kind === "link") return filled.person ?? "";
  return filled.until ?? "";
}

/** The messages of open matches first: they are what this is most likely about. */
function choicesOf(
  { personRisk, accountRisk }: RequesterBody,
  patterns: readonly PatternBody[],
): readonly Choice[] {
  const open = [...(personRisk?.openMatches ?? []), ...(accountRisk?.openMatches ?? [])];
  const choices = new Map<string, Choice>();
  for (const { message, name, channels, id } of patterns) {
    const ways = channels.filter(toOnePerson);
    const match = open.find(({ pattern }) => pattern === id)?.match ?? null;
    if (message === "" || ways.length === 0) continue;
    if (choices.has(message) && match === null) continue;
    choices.set(message, { template: message, name, channels: ways, match });
  }
  return [...choices.values()].sort((a, b) => Number(b.match !== null) - Number(a.match !== null));
}

/** By exact address through the server's keyed hash, by name in the list. */
async function findPersons(api: Api, text: string): Promise<readonly RiskListItem[]> {
  if (text === "") return [];
  if (!text.includes("@")) {
    return (await api.get<PageBody<RiskListItem>>("/risks", { kind: "person", q: text, limit: "20" })).items;
  }
  const body = await api.get<RequesterBody>("/requesters", { email: text });
  return listed(body).filter(({ kind }) => kind === "person");
}

/** Who was found by an address, as lines of the list. */
export function listed({ person, account, personRisk, accountRisk }: RequesterBody): readonly RiskListItem[] {
  const common = { segment: account?.segment ?? null, owner: account?.owner ?? null };
  const lines: RiskListItem[] = [];
  for (const [kind, found, risk] of [
    ["person", person, personRisk],
    ["account", account, accountRisk],
  ] as const) {
    if (found === null) continue;
    lines.push({
      ...common,
      kind,
      id: found.id,
      name: kind === "account" ? (account?.name ?? null) : null,
      score: risk?.score ?? 0,
      band: risk?.band ?? "normal",
      why: risk?.contributions[0]?.why ?? "",
      at: risk?.asOf ?? "",
    });
  }
  return lines;
}
