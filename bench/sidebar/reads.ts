/** What the app reads, over one connection that stays open, one request after the other. */
import { readFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { type Figure, median, type Options, quantile, show } from "../kit/figures.ts";
import { accountOf, addressOf, DOMAIN, spread, zendeskId } from "./people.ts";
import type { Ready } from "./server-process.ts";

const RUNS = 5;

interface Reads extends Pick<Options, "say"> {
  /** Accounts with a history, of all in the store. */
  readonly known: number;
  readonly all: number;
  /** In each of five runs. */
  readonly requests: number;
}

export async function measureReads(
  { url, token, pid }: Ready,
  { known, all, requests, say }: Reads,
): Promise<readonly Figure[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (path: string) => timed(`${url}/api/v1${path}`, token, agent);
  const other = (n: number) => known + spread(n, all - known);
  /** Beyond those that the browser has asked for: on disk until now. */
  let fresh = 1_000;
  const paths: readonly (readonly [string, (n: number) => string])[] = [
    [
      "a requester at risk, of an account that sleeps on disk",
      () => `/requesters?zendeskId=${zendeskId(spread(fresh++, known), 0)}&ticket=1`,
    ],
    [
      "a requester at risk by number",
      (n) => `/requesters?zendeskId=${zendeskId(spread(n, 200), 0)}&ticket=1`,
    ],
    ["by external id", (n) => `/requesters?externalId=${accountOf(spread(n, 200)).people[1]}`],
    [
      "by address",
      (n) =>
        `/requesters?email=${addressOf(accountOf(spread(n, 200)).people[0] ?? "", accountOf(spread(n, 200)).id)}`,
    ],
    [
      "a requester of whom little is known",
      (n) => `/requesters?zendeskId=${zendeskId(other(n), 0)}&email=x@a1.${DOMAIN}`,
    ],
    ["a colleague, by domain", (n) => `/requesters?zendeskId=1&email=new@a${other(n)}.${DOMAIN}`],
    ["a stranger", (n) => `/requesters?zendeskId=${n + 1}&externalId=nobody-${n}&email=who@nowhere${n}.test`],
    ["the timeline", (n) => `/persons/${accountOf(spread(n, 200)).people[0]}/timeline?limit=100`],
    ["accounts by risk", () => "/risks?kind=account&limit=50"],
    ["accounts by risk in a segment", (n) => `/risks?kind=account&segment=${accountOf(n).segment}&limit=50`],
    ["accounts by name", (n) => `/risks?kind=account&limit=50&q=Company%20${other(n)}`],
  ];
  const figures: Figure[] = [];
  for (const [what, pathOf] of paths) {
    const slowest: number[] = [];
    const [times, busy]: [number[], number[]] = [[], []];
    for (let run = 0; run < RUNS; run++) {
      const ofRun: number[] = [];
      for (let i = 0; i < requests; i++) {
        const before = processorTime(pid);
        ofRun.push(await ask(pathOf(run * requests + i)));
        busy.push(processorTime(pid) - before);
      }
      slowest.push(quantile(ofRun, 0.99));
      times.push(...ofRun);
    }
    const note = `p50 ${show(quantile(times, 0.5), "ms")}; ${busyNote(busy)}`;
    say(`${what}: p99 ${show(median(slowest), "ms")}, ${note}`);
    figures.push({ what: `API, ${what}, p99`, unit: "ms", bound: { atMost: 10 }, runs: slowest, note });
  }
  agent.destroy();
  return figures;
}

/** What others on the machine cannot lengthen: how long the server's own thread was at work for a request. */
const busyNote = (busy: readonly number[]): string =>
  Number.isNaN(busy[0])
    ? "processor time is told on Linux only"
    : `processor time p50 ${show(quantile(busy, 0.5), "ms")}, p99 ${show(quantile(busy, 0.99), "ms")}`;

/** Milliseconds that the first thread of a process has run; NaN where the system does not say. */
function processorTime(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  } catch {
    return Number.NaN;
  }
}

function timed(url: string, token: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const request = get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      response.on("end", () => {
        if (response.statusCode === 200) resolve(performance.now() - begun);
        else reject(new Error(`${response.statusCode} for ${url}`));
      });
    });
    request.on("error", reject);
  });
}
