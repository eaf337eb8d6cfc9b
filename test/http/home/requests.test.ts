import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Site, startSite } from "./site.ts";

let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.close());

const read = async (path: string, init: RequestInit = {}) => {
  const answer = await fetch(site.url + path, init);
  return { answer, text: await answer.text() };
};

describe("the front page of a server", () => {
  it("says what to do next, beginning with a tenant", async () => {
    expect((await read("/")).text).toContain("npx forestall tenant create acme");
    site.tenants = 1;
    expect((await read("/")).text).not.toContain("tenant create");
  });

  it("allows no inline script, no inline style and nothing from elsewhere", async () => {
    const { answer, text } = await read("/");
    const policy = answer.headers.get("content-security-policy") ?? "";

    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect(text).not.toMatch(/ style=|<style|<script|javascript:|https?:\/\//);
  });

  it("loads a style sheet and an icon that are there, and knows no other file", async () => {
    const { text } = await read("/");
    const loaded = [...text.matchAll(/<link [^>]*href="([^"]+)"/g)].map(([, href]) => href ?? "");

    for (const href of loaded) expect((await read(href)).answer.status, href).toBe(200);
    expect(loaded).toHaveLength(2);
    expect((await read("/home/index.ts")).answer.status).toBe(404);
  });

  it("says in plain words that it failed, and nothing else", async () => {
    site.failing = true;

    const { answer, text } = await read("/");

    expect(answer.status).toBe(500);
    expect(text).toContain("That did not work");
    expect(text).not.toContain("the store is gone");
  });

  it("has nothing of the demo", async () => {
    for (const path of ["/demo/live", "/demo/part/accounts", "/demo/trace/d1", "/demo/look/page.js"]) {
      expect((await read(path)).answer.status).toBe(404);
    }
    expect((await read("/demo/incident", { method: "POST" })).answer.status).toBe(404);
    expect((await read("/")).text).not.toContain("Simulated");
  });
});
