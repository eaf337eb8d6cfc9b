import { useEffect, useRef, useState } from "preact/hooks";
import type { Acts } from "./acts.ts";
import { useCell } from "./cell.ts";
import type { Desk } from "./desk.ts";
import type { DossierDesk, Target } from "./dossier.ts";
import type { Host } from "./host.ts";
import type { ListDesk } from "./list.ts";
import { nameOf, noteOf } from "./sayings.ts";
import { Button } from "./views/base.tsx";
import { Dialog } from "./views/dialog.tsx";
import { List } from "./views/list.tsx";
import { Panel } from "./views/panel.tsx";
import type { Words } from "./words.ts";

/** Ties the views to what reads and acts. */
export interface Parts {
  readonly host: Host;
  readonly dossier: DossierDesk;
  readonly desk: Desk;
  readonly list: ListDesk;
  /** Words as of this moment. */
  wordsNow(): Words;
}

export function App(parts: Parts) {
  const w = useClock(parts.wordsNow);
  return (
    <main>
      {parts.host.view === "dashboard" ? <Dashboard parts={parts} w={w} /> : <Subject parts={parts} w={w} />}
    </main>
  );
}

/** "5 min. ago" must not stand still. */
function useClock(wordsNow: () => Words): Words {
  const [w, setWords] = useState(wordsNow);
  useEffect(() => {
    const timer = window.setInterval(() => setWords(wordsNow()), 30_000);
    return () => window.clearInterval(timer);
  }, [wordsNow]);
  return w;
}

/** Nobody waits for these: what fails is shown by the cell that it fails in. */
const start = (task: Promise<void>): void => {
  task.catch(console.error);
};

function actsOf({ host, dossier, desk }: Parts, w: Words): Acts {
  return {
    ask: desk.ask,
    falseAlarm: (match) => start(desk.askFalseAlarm(match)),
    send: (body) => start(desk.askSend(body)),
    undo: (action) => start(desk.undo(action, w.t("action.undo"))),
    retry: () => start(dossier.reload()),
    moreTimeline: () => start(dossier.moreTimeline()),
    openTicket: (id) => start(desk.leave(() => host.openTicket(id))),
    openSubject:
      host.view === "dashboard"
        ? (kind, id, name) => start(dossier.show({ kind, id, name }))
        : (kind, id) => start(desk.leave(() => host.openPlace({ kind, id }))),
    insertDraft:
      host.view === "ticket"
        ? (text) => start(desk.inZendesk("insert_reply", () => host.insertDraft(text)))
        : null,
    copyNote:
      host.view === "ticket"
        ? (body) => start(desk.inZendesk("copy_note", () => host.insertNote(noteOf(w, body))))
        : null,
  };
}

function Subject({ parts, w }: { readonly parts: Parts; readonly w: Words }) {
  const dossier = useCell(parts.dossier.cell);
  const state = useCell(parts.desk.cell);
  const { desk } = parts;
  return (
    <>
      <Panel dossier={dossier} desk={state} w={w} acts={actsOf(parts, w)} />
      <Dialog
        state={state}
        w={w}
        submit={(filled) => start(desk.submit(filled))}
        cancel={desk.cancel}
        preview={(template, channel) => start(desk.preview(template, channel))}
        find={(text) => start(desk.find(text))}
      />
    </>
  );
}

function Dashboard({ parts, w }: { readonly parts: Parts; readonly w: Words }) {
  const { list, dossier, desk } = parts;
  const state = useCell(list.cell);
  const { target, body } = useCell(dossier.cell);
  useFocusThatFollows(target === null ? null : placeOf(target));
  if (target === null) {
    return (
      <List
        state={state}
        w={w}
        filter={(change) => start(list.filter(change))}
        clear={() => start(list.clear())}
        more={() => start(list.more())}
        retry={() => start(list.reload())}
        open={(kind, id, name) => start(dossier.show({ kind, id, name }))}
      />
    );
  }
  const back = () => {
    desk.cancel();
    desk.dismiss();
    start(dossier.show(null));
    start(list.reload());
  };
  const known = target.kind === "account" ? body?.account?.name : null;
  const name = target.kind === "requester" ? null : nameOf(w, target.id, target.name ?? known ?? null);
  return (
    <div class="detail">
      <div class="detail-head">
        <Button look="link" id={BACK} onClick={back}>
          {w.t("list.back")}
        </Button>
        <strong>{name}</strong>
      </div>
      <Subject parts={parts} w={w} />
    </div>
  );
}

const BACK = "back";
const placeOf = (target: Target): string =>
  target.kind === "requester" ? target.kind : `${target.kind}/${target.id}`;

/** Who came here by keyboard goes on from the way back, and from the same line of the list afterwards. */
function useFocusThatFollows(shown: string | null): void {
  const before = useRef(shown);
  useEffect(() => {
    const left = before.current;
    before.current = shown;
    if (left !== shown) document.getElementById(shown === null ? (left ?? "") : BACK)?.focus();
  }, [shown]);
}
