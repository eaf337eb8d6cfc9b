import { render } from "preact";
import { createApi } from "./api.ts";
import { App } from "./app.tsx";
import { createDesk } from "./desk.ts";
import { createDossierDesk, type DossierDesk, targetOf } from "./dossier.ts";
import { connectHost, type Host, type Scheme } from "./host.ts";
import { createListDesk, type ListDesk } from "./list.ts";
import { type Live, listen } from "./live.ts";
import { openSession, sessionIn } from "./session.ts";
import type { LiveMessage, ZendeskSession } from "./wire.ts";
import { createWords, type Key, languageOf, loadTexts, type Words } from "./words.ts";
import "./styles/index.css";

/** Begins here: the page's session, Zendesk around it, then the one view this page is for. */
async function main(): Promise<void> {
  paint(new URLSearchParams(window.location.search).get("colorScheme") === "dark" ? "dark" : null);
  const session = sessionIn(document);
  const texts = loadTexts(session?.locale ?? navigator.language);
  const host = connectHost(session?.view ?? "ticket");
  if (host === "outside")
    return say(createWords(await texts, session?.locale ?? navigator.language, Date.now()), [
      "state.outside",
    ]);
  if (session === null) {
    return say(createWords(await texts, navigator.language, Date.now()), [
      "state.not_connected",
      "state.ask_admin",
    ]);
  }
  await open(host, session);
}

/** Everything is asked for at once; what the risk waits for is Zendesk's word on who it is about, and our answer. */
async function open(host: Host, session: ZendeskSession): Promise<void> {
  let agentName: string | null = null;
  const api = createApi(openSession(session), () => agentName);
  const dossier = createDossierDesk(api);
  const desk = createDesk(api, dossier);
  const list = createListDesk(api);
  host.onScheme(paint);
  let locale = session.locale;
  const words = loadTexts(locale);
  // Zendesk may refuse at one moment and tell at the next, and another language may be drawn in between.
  let isSilent = false;
  let draw = (): void => {}; // nothing to say it with yet
  const silent = () => {
    isSilent = true;
    draw();
  };
  const told = () => {
    if (!isSilent) return;
    isSilent = false;
    draw();
  };
  const first = begin(host, dossier, list, desk.cancel, { silent, told });
  let texts = await words;
  const wordsNow = (): Words => createWords(texts, locale, Date.now());
  const root = rootOf(document);
  draw = () => {
    const w = wordsNow();
    document.documentElement.lang = languageOf(locale);
    document.documentElement.dir = w.rtl ? "rtl" : "ltr";
    if (isSilent) return say(w, ["state.no_host"]);
    // Another language is another page: the key makes every word anew.
    render(
      <App key={locale} host={host} dossier={dossier} desk={desk} list={list} wordsNow={wordsNow} />,
      root,
    );
  };
  draw();
  followHeight(host, root);

  const agent = host.agent().then(async (found) => {
    agentName = found.name;
    if (found.scheme !== null) paint(found.scheme);
    if (found.locale === null || found.locale === locale) return;
    texts = await loadTexts(found.locale);
    locale = found.locale;
    draw();
  });
  agent.catch(() => {});
  followLive(
    host,
    (hear) => listen(api, hear),
    (message) => {
      dossier.hear(message);
      if (host.view === "dashboard" && message.event === "score") list.hear();
    },
  );
  if ((await first) === "silent") silent();
}

/** @returns `silent` when Zendesk does not say whom the page is about */
async function begin(
  host: Host,
  dossier: DossierDesk,
  list: ListDesk,
  cancel: () => void,
  hearing: Hearing,
): Promise<"silent" | "shown"> {
  if (host.view === "dashboard") {
    host.onPlace((place) => {
      cancel();
      dossier.show({ ...place, name: null }).catch(console.error);
    });
    await Promise.all([dossier.show(null), list.reload(), list.choices()]);
    return "shown";
  }
  followSubject(host, dossier, cancel, hearing);
  let subject: Awaited<ReturnType<Host["subject"]>>;
  try {
    subject = await host.subject();
  } catch {
    return "silent";
  }
  await dossier.show(targetOf(subject));
  return "shown";
}

/** What becomes of asking Zendesk whom the page is about. */
interface Hearing {
  readonly silent: () => void;
  readonly told: () => void;
}

/** Zendesk tells of each name that changes: the last word counts, and what was shown is gone at the first. */
function followSubject(host: Host, dossier: DossierDesk, cancel: () => void, hearing: Hearing): void {
  let turn = 0;
  let timer: number | undefined;
  host.onSubject(() => {
    turn += 1;
    const mine = turn;
    cancel();
    dossier.expect();
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      host.subject().then(
        (subject) => {
          if (mine !== turn) return undefined;
          hearing.told();
          return dossier.show(targetOf(subject));
        },
        () => (mine === turn ? hearing.silent() : undefined),
      );
    }, 50);
  });
}

/** Nobody listens behind another tab; who comes back has missed something, and reads again. */
function followLive(
  host: Host,
  begin: (hear: (message: LiveMessage) => void) => Live,
  hear: (message: LiveMessage) => void,
): void {
  let live: Live | null = begin(hear);
  host.onShown((shown) => {
    if (!shown) {
      live?.close();
      live = null;
    } else if (live === null) {
      live = begin(hear);
      hear({ event: "reset", data: { reason: "hidden" } });
    }
  });
}

function paint(scheme: Scheme | null): void {
  if (scheme !== null) document.documentElement.dataset.scheme = scheme;
}

/** Longer pages scroll inside: a height that follows everything could grow for ever. */
const TALLEST = 600;

function followHeight(host: Host, root: HTMLElement): void {
  if (host.view === "dashboard") return;
  let last = 0;
  new ResizeObserver(() => {
    const height = Math.min(TALLEST, Math.max(120, Math.ceil(root.getBoundingClientRect().height)));
    if (height === last) return;
    last = height;
    host.resize(height);
  }).observe(root);
}

const rootOf = (page: Document): HTMLElement =>
  page.getElementById("root") ?? page.body.appendChild(page.createElement("div"));

function say(w: Words, keys: readonly Key[]): void {
  render(
    <main>
      <div class="empty" role="alert">
        <h1 class="said">{keys.map((key) => w.t(key)).join(" ")}</h1>
      </div>
    </main>,
    rootOf(document),
  );
}

main().catch(console.error);
