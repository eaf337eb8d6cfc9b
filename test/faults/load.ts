/** Clients that keep sending until they are believed, and what the log has of it in the end. */
import type { Store } from "../../server/store/contract.ts";

/** Sends one event after the other, each again until it is acknowledged; remembers what was. */
export async function client(
  number: number,
  url: string,
  token: string,
  acked: Set<string>,
  stopped: () => boolean,
): Promise<void> {
  for (let n = 0; !stopped(); n++) {
    const id = `c${number}-${n}`;
    const body = JSON.stringify({
      specversion: "1.0",
      id,
      source: "load",
      type: "feature.used",
      time: new Date().toISOString(),
      subject: `account/a${n % 50}`,
      data: { feature: "export" },
    });
    while (!stopped()) {
      if (await send(url, token, body)) {
        acked.add(id);
        break;
      }
      await pause(15);
    }
  }
}

async function send(url: string, token: string, body: string): Promise<boolean> {
  const headers = { "content-type": "application/cloudevents+json", authorization: `Bearer ${token}` };
  try {
    const response = await fetch(`${url}/v1/events`, { method: "POST", headers, body });
    await response.arrayBuffer();
    return response.status === 202;
  } catch {
    return false; // the server was killed under the request: nothing was promised
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** How many events the log has, and how many different ones. */
export async function eventIds(store: Store) {
  const ids = new Set<string>();
  let total = 0;
  for (let after = 0; ; ) {
    const page = await store.inputs({ after, limit: 10_000 });
    for (const { body } of page) {
      if (!("event" in body)) continue;
      total += 1;
      ids.add(body.event.id);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < 10_000) return { size: ids.size, total };
    after = last.seq;
  }
}
