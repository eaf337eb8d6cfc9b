import type { Api } from "./api.ts";
import { failureOf } from "./failure.ts";
import type { LiveMessage } from "./wire.ts";

/** What is happening, as it happens. Breaks are bridged; after one that lost something comes `reset`. */
export interface Live {
  close(): void;
}

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
/** The server sends a comment every 15 seconds: after more than two of them in silence the line is dead. */
const SILENCE = 40_000;

export function listen(api: Api, hear: (message: LiveMessage) => void): Live {
  const over = new AbortController();
  let lastId: string | null = null;
  let wait = FIRST_WAIT;

  const listenOnce = async (): Promise<void> => {
    const line = new AbortController();
    const end = () => line.abort();
    over.signal.addEventListener("abort", end);
    let watchdog = window.setTimeout(end, SILENCE);
    try {
      const headers: Record<string, string> = lastId === null ? {} : { "last-event-id": lastId };
      const answer = await api.open("/stream", headers, line.signal);
      for await (const event of eventsIn(answer)) {
        window.clearTimeout(watchdog);
        watchdog = window.setTimeout(end, SILENCE);
        wait = FIRST_WAIT;
        if (event.id !== null) lastId = event.id;
        if (event.data !== "") hear({ event: event.name, data: JSON.parse(event.data) } as LiveMessage);
      }
    } finally {
      window.clearTimeout(watchdog);
      over.signal.removeEventListener("abort", end);
    }
  };
  const go = async (): Promise<void> => {
    while (!over.signal.aborted) {
      try {
        await listenOnce();
      } catch (error) {
        if (over.signal.aborted) return;
        const { kind } = isAbort(error) ? { kind: "network" } : failureOf(error);
        // Whoever may not listen now may not listen later either.
        if (kind === "session" || kind === "permission" || kind === "not_found") return;
      }
      await new Promise((resolve) => window.setTimeout(resolve, wait));
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
  };
  go().catch(console.error);
  return { close: () => over.abort() };
}

const isAbort = (error: unknown): boolean => error instanceof DOMException || error instanceof TypeError;

interface ServerEvent {
  readonly id: string | null;
  readonly name: string;
  readonly data: string;
}

/** Server-sent events, as the WHATWG describes them, as far as our server writes them. */
async function* eventsIn(answer: Response): AsyncGenerator<ServerEvent> {
  if (answer.body === null) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (waiting + value).split(/\r?\n\r?\n/);
    waiting = blocks.pop() ?? "";
    for (const block of blocks) yield eventIn(block);
  }
}

function eventIn(block: string): ServerEvent {
  const fields = block.split(/\r?\n/).map((line) => {
    const colon = line.indexOf(":");
    return colon < 1 ? ["", ""] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
  });
  const last = (name: string) => fields.findLast(([field]) => field === name)?.[1];
  const data = fields.filter(([field]) => field === "data").map(([, text]) => text);
  return { id: last("id") ?? null, name: last("event") ?? "message", data: data.join("\n") };
}
