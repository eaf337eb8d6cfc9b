/** Opens tickets in a real browser, and reads the clock of each step. */
import type { Page } from "playwright-core";
import { type Figure, quantile } from "../kit/figures.ts";

/** Moments of one opening, in milliseconds of the same clock. */
interface Opening {
  /** The form with the token is sent. */
  readonly posted: number;
  /** The page had arrived. */
  readonly entered: number;
  /** The script runs, and the SDK in it says so to Zendesk. */
  readonly handshake: number;
  readonly activated: number;
  readonly subject: number;
  readonly asked: number;
  readonly answered: number;
  /** The frame with the score in it was drawn. */
  readonly painted: number;
}

/** Runs in every frame, before its scripts: says when the score was on the screen. The skeleton has no number. */
export function watchForRisk(): void {
  const observer = new MutationObserver(() => {
    if (!/\d/.test(document.querySelector(".headline .score")?.textContent ?? "")) return;
    observer.disconnect();
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => performance.mark("risk");
      port2.postMessage(null);
    });
  });
  observer.observe(document, { childList: true, subtree: true, characterData: true });
}

/** One ticket after the other in the same tab, each of another requester; the first ones warm up. */
export async function measurePages(
  page: Page,
  tickets: readonly string[],
  warmUp: number,
): Promise<readonly Figure[]> {
  const openings: Opening[] = [];
  for (const [i, url] of tickets.entries()) {
    const opening = await open(page, url);
    if (i >= warmUp) openings.push(opening);
  }
  const of = (from: keyof Opening, to: keyof Opening) => openings.map((each) => each[to] - each[from]);
  const p50 = (what: string, times: number[], atMost: number | null = null): Figure => ({
    ...{ what: `sidebar, ${what}, p50`, unit: "ms", runs: [quantile(times, 0.5)] },
    bound: atMost === null ? null : { atMost },
  });
  const p95 = (what: string, times: number[]): Figure => ({
    ...{ what: `sidebar, ${what}, p95`, unit: "ms", bound: null, runs: [quantile(times, 0.95)] },
  });
  const both = (what: string, times: number[], atMost: number | null = null) => [
    p50(what, times, atMost),
    p95(what, times),
  ];
  return [
    ...both("app.activated to risk on screen", of("activated", "painted"), 150),
    ...both("handshake to risk on screen", of("handshake", "painted"), 150),
    ...both("opening a ticket to risk on screen", of("posted", "painted")),
    p50("entry, until the page is there", of("posted", "entered")),
    p50("script, until it runs", of("entered", "handshake")),
    p50("Zendesk, until it has said who", of("handshake", "subject")),
    p50("API, until it has answered", of("asked", "answered")),
    p50("drawing, until it is on screen", of("answered", "painted")),
  ];
}

async function open(page: Page, url: string): Promise<Opening> {
  await page.goto(url);
  const handle = await page.waitForSelector("#app");
  const frame = await handle.contentFrame();
  if (frame === null) throw new Error("the app has no frame");
  await frame.waitForFunction(() => performance.getEntriesByName("risk").length > 0, undefined, {
    polling: 20,
  });
  const outside = await page.evaluate(() => {
    const { host } = window as unknown as { host: { log: Logged[]; posted: number } };
    const at = (is: (each: Logged) => boolean) =>
      performance.timeOrigin + (host.log.find(is)?.at ?? Number.NaN);
    const asked = host.log.find(({ message }) => message.request === "get")?.message.id;
    return {
      posted: performance.timeOrigin + host.posted,
      handshake: at(({ message }) => message.key === "iframe.handshake"),
      activated: at(({ message }) => message.key === "zaf.app.activated"),
      subject: at(
        ({ from, message }) => from === "host" && message.id === asked && message.result !== undefined,
      ),
    };
    interface Logged {
      from: string;
      at: number;
      message: { key?: string; request?: string; id?: number; result?: unknown };
    }
  });
  const inside = await frame.evaluate(() => {
    const zero = performance.timeOrigin;
    const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    const call = (performance.getEntriesByType("resource") as PerformanceResourceTiming[]).find(({ name }) =>
      name.includes("/api/v1/requesters"),
    );
    return {
      entered: zero + (entry?.responseEnd ?? Number.NaN),
      asked: zero + (call?.startTime ?? Number.NaN),
      answered: zero + (call?.responseEnd ?? Number.NaN),
      painted: zero + (performance.getEntriesByName("risk")[0]?.startTime ?? Number.NaN),
    };
  });
  return { ...outside, ...inside };
}
