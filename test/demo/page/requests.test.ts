import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aDecision, fill, type Site, startSite } from "./site.ts";

let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.close());

const read = async (path: string, init: RequestInit = {}) => {
  const answer = await fetch(site.url + path, { redirect: "manual", ...init });
  return { answer, text: await answer.text() };
};
const words = (markup: string) =>
  markup
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .replaceAll("&amp;", "&");

/** `fetch` does not let a test choose the host's name. */
const statusAs = (host: string, path = "/") =>
  new Promise<number>((resolve, reject) => {
    const { hostname, port } = new URL(site.url);
    request({ hostname, port, path, headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });

describe("the page of the simulated tenant", () => {
  it("says that everything is simulated", async () => {
    expect(words((await read("/")).text)).toContain("Simulated data");
  });

  it("shows accounts by band with counts, shares, and the riskiest with the reason", async () => {
    fill(site);

    const text = words((await read("/")).text);

    expect(text).toContain("Critical 81 to 100 1 0.3%");
    expect(text).toContain("Normal 0 to 30 294 98%");
    expect(text).toContain("94 Acme & Sons mid market 12 failed API calls in the last hour");
  });

  it("shows what was sent, held and not sent, each with its reason, and says nothing twice", async () => {
    fill(site);

    const text = words((await read("/demo/part/decisions")).text);

    expect(text.match(/Email to u1/g)).toHaveLength(1);
    expect(text).toContain("Until 08:00 in Tokyo: it is night where they are quiet");
    expect(text).toContain("control group: left alone, to measure what help is worth holdout");
    expect(text).toContain("Customer success manager is asked");
  });

  it("leaves history out of the decisions", async () => {
    site.decisions = [aDecision({ simulated: true })];

    expect(words((await read("/demo/part/decisions")).text)).toContain("Nothing has been decided yet");
  });

  it("puts what customers' systems say on the page as text", async () => {
    fill(site);
    site.risks = site.risks.map((row) => ({ ...row, name: "<img src=x onerror=alert(1)>" }));

    const { text } = await read("/");

    expect(text).not.toContain("<img");
    expect(text).toContain("&lt;img src=x onerror=alert(1)&gt;");
  });

  it("allows no inline script, no inline style and nothing from elsewhere", async () => {
    fill(site);
    const { answer, text } = await read("/");
    const policy = answer.headers.get("content-security-policy") ?? "";

    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
    expect(text).not.toMatch(/ style=|<style|javascript:|https?:\/\/(?!127)/);
  });

  it("loads the look of the front page, then its own, and its script", async () => {
    const { text } = await read("/");
    const loaded = [...text.matchAll(/<(?:link|script) [^>]*(?:href|src)="([^"]+)"/g)].map(
      ([, address]) => address ?? "",
    );

    for (const address of loaded) expect((await read(address)).answer.status, address).toBe(200);
    expect(loaded.map((address) => address.replace(/\?.*/, ""))).toEqual([
      "/home/icon.svg",
      "/home/page.css",
      "/demo/look/page.css",
      "/demo/look/page.js",
    ]);
  });

  it("lets a message in its frame do nothing", async () => {
    fill(site);

    const { answer, text } = await read("/demo/preview/mail");

    expect(text).toContain("Hello Ada");
    expect(answer.headers.get("content-security-policy")).toMatch(
      /^sandbox allow-popups; default-src 'none'/,
    );
    expect(answer.headers.get("x-frame-options")).toBe("SAMEORIGIN");
    expect((await read("/demo/preview/nobody")).answer.status).toBe(404);
  });

  it("shows a prompt as a visitor without a login gets it, with no question that they cannot answer", async () => {
    fill(site);
    const text = async () => words((await read("/")).text);
    expect(await text()).toContain("Was this helpful?");

    site.deliveries = site.deliveries
      .filter(({ id }) => id === "prompt")
      .map((row) => ({ ...row, person: "anonymous:s-1", session: "s-1" }));

    expect(await text()).toContain("Trouble signing in?");
    expect(await text()).not.toContain("Was this helpful?");
  });

  it("traces a decision back to the webhook, with the hash of its body and its webhook id", async () => {
    fill(site);

    const text = words((await read("/demo/trace/d1")).text);

    expect(text).toContain("Webhook from Sentry");
    expect(text).toContain("ab".repeat(32));
    expect(text).toContain("sentry-delivery-7");
    expect(text).toContain("85.0 points");
    expect(text).toContain("Not decided yet");
    const order = ["Webhook", "Match P-001", "Score", "Decision", "Delivery id", "Outcome"];
    expect(order.map((step) => text.lastIndexOf(step))).toEqual(
      order.map((step) => text.lastIndexOf(step)).toSorted((a, b) => a - b),
    );
  });

  it("says so when there is nothing to trace", async () => {
    const { answer, text } = await read("/demo/trace/nothing");

    expect(answer.status).toBe(404);
    expect(words(text)).toContain("Nothing to trace");
  });

  it("starts an incident for its own button, with and without script, and for no other site", async () => {
    const post = (headers: Record<string, string>) => read("/demo/incident", { method: "POST", headers });

    expect((await post({ accept: "text/html", origin: site.url })).answer.status).toBe(303);
    expect(JSON.parse((await post({ accept: "application/json" })).text)).toEqual({ sent: 60 });
    expect((await post({ origin: "https://evil.test" })).answer.status).toBe(403);
    expect((await post({ "sec-fetch-site": "cross-site" })).answer.status).toBe(403);
    expect(site.incidentsStarted).toBe(2);
  });

  it("answers under names of this machine alone", async () => {
    expect(await statusAs("localhost:1")).toBe(200);
    expect(await statusAs("[::1]:3000")).toBe(200);
    expect(await statusAs("rebound.test")).toBe(403);
    expect(await statusAs("127.0.0.1.rebound.test", "/demo/live")).toBe(403);
  });

  it("says in plain words that it failed, and nothing else", async () => {
    site.failing = true;

    const { answer, text } = await read("/");

    expect(answer.status).toBe(500);
    expect(words(text)).toContain("That did not work");
    expect(text).not.toContain("the store is gone");
  });

  it("has an empty state for everything", async () => {
    const text = words((await read("/")).text);

    expect(text).toContain("No accounts yet");
    expect(text).toContain("Nothing has been decided yet");
    expect(text).toContain("No email yet");
  });
});
