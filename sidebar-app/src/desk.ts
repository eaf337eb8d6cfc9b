import type { Api } from "./api.ts";
import type { Ask, Deed, DeskState, Filled } from "./asks.ts";
import { carryOut, messageOf } from "./carry-out.ts";
import { type Cell, createCell } from "./cell.ts";
import { choicesOf } from "./choices.ts";
import type { Dossier } from "./dossier.ts";
import { failureOf } from "./failure.ts";
import { findPersons } from "./look-up.ts";
import type {
  ActionBody,
  ManualPreviewBody,
  MatchDetailBody,
  OpenMatchBody,
  PageBody,
  PatternBody,
  RequesterBody,
} from "./wire.ts";

/** Where an agent steps in: one thing at a time, asked first, then done, then perhaps taken back. */
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
  /** Somewhere else in Zendesk; says so when Zendesk does not go there. */
  leave(go: () => Promise<void>): Promise<void>;
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
    cell.patch({ preview: { template, channel, body: null, failure: null } });
    try {
      const wanted = { ...messageOf(ask, template, channel), reason: "preview" };
      const body = await api.post<ManualPreviewBody>("/deliveries", wanted, { query: { preview: "1" } });
      if (still()) cell.patch({ preview: { template, channel, body, failure: null } });
    } catch (error) {
      if (still()) cell.patch({ preview: { template, channel, body: null, failure: failureOf(error) } });
    }
  };
  /** Somebody was first, or something stands in the way since: what is seen next has to be how things are now. */
  const lookAgain = async ({ kind }: Ask, { template = "", channel = "" }: Filled): Promise<void> => {
    // A message that was refused is another one from here on: its guards are shown before it is sent again.
    key = crypto.randomUUID();
    await Promise.all([dossier.reload(), kind === "send" ? preview(template, channel) : undefined]);
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
    async preview(template, channel) {
      cell.patch({ failure: null });
      await preview(template, channel);
    },
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
      const { ask, busy, preview: shown } = cell.get();
      if (ask === null || busy) return;
      cell.patch({ busy: true, failure: null });
      try {
        const answer = await carryOut(api, ask, filled, key, shown);
        finish(ask.kind, answer.undoable ? answer.action : null, nameOf(cell.get(), ask, filled));
        await dossier.reload();
      } catch (error) {
        const failure = failureOf(error);
        // What was typed stays where it is: the dialog stays open.
        cell.patch({ busy: false, failure });
        if (failure.kind === "conflict") await lookAgain(ask, filled);
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
    async leave(go) {
      cell.patch({ trouble: null });
      await go().catch(() => cell.patch({ trouble: { kind: "refused", detail: "" } }));
    },
    dismiss: () => cell.patch({ done: null, trouble: null }),
  };
}

function nameOf({ found }: DeskState, ask: Ask, { person = "", until = "" }: Filled): string {
  if (ask.kind === "hand_over") return ask.owner;
  if (ask.kind === "link") return found?.find(({ id }) => id === person)?.name ?? person;
  return until;
}
