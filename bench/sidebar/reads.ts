/** What the app reads, over one connection that stays open, one request after the other. */
import { Agent, get } from "node:http";
import { type Figure, quantile } from "../kit/figures.ts";
import { accountOf, addressOf, DOMAIN, spread, zendeskId } from "./people.ts";
import type { Ready } from "./server-process.ts";

const RUNS = 5;

/** @param known accounts with a history; @param all accounts in the store */
export async function measureReads(
  { url, token }: Ready,
  known: number,
  all: number,
  requests: number,
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
    const [medians, slowest]: [number[], number[]] = [[], []];
    for (let run = 0; run < RUNS; run++) {
      const times: number[] = [];
      for (let i = 0; i < requests; i++) times.push(await ask(pathOf(run * requests + i)));
      medians.push(quantile(times, 0.5));
      slowest.push(quantile(times, 0.99));
    }
    figures.push({ what: `API, ${what}, p50`, unit: "ms", bound: null, runs: medians });
    figures.push({ what: `API, ${what}, p99`, unit: "ms", bound: { atMost: 10 }, runs: slowest });
  }
  agent.destroy();
  return figures;
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
