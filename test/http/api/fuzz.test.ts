import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sized } from "../../support/size.ts";
import { createWorld, type World } from "./world.ts";

let world: World;
const unlimited = { requests: 1_000_000, windowS: 60 };
beforeAll(async () => {
  world = await createWorld(undefined, {
    quotas: {
      token: { name: "token", ...unlimited },
      address: { name: "address", ...unlimited },
      refused: { name: "refused", ...unlimited },
    },
  });
});
afterAll(() => world.close());

const key = fc.oneof(
  fc.constantFrom(
    "reason",
    "actor",
    "until",
    "for",
    "verdict",
    "answer",
    "text",
    "assignee",
    "scope",
    "what",
    "off",
  ),
  fc.constantFrom("person", "channel", "template", "match", "override", "all", "accounts", "percent", "name"),
  fc.constantFrom("__proto__", "constructor", "prototype", "toString"),
  fc.string(),
);
const body = fc.oneof(
  fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 }).map((value) => JSON.stringify(value)),
  fc.string({ unit: "binary" }),
  fc.json(),
  fc.constant(`{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"reason":"x"}`),
);
const id = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 40 }),
  fc.constantFrom("u1", "-", "..", "%00"),
);
const query = fc.oneof(
  fc.constant(""),
  fc.webQueryParameters().map((text) => `?${text}`),
);

describe("hostile requests", () => {
  it("are refused with a problem: no 5xx, no inside shown, nothing polluted", async () => {
    const routes = world.api.routes.filter(({ kind }) => kind === "json");
    const before = Reflect.ownKeys(Object.prototype);

    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), id, query, body, async (route, anId, aQuery, text) => {
        const path = route.path.replace(":id", encodeURIComponent(anId.toWellFormed()));
        const post = route.method === "post";
        const response = await fetch(`${world.origin}/api/v1${path}${aQuery}`, {
          method: route.method.toUpperCase(),
          headers: {
            authorization: `Bearer ${world.a.tokens.admin}`,
            ...(post ? { "content-type": "application/json" } : {}),
          },
          ...(post ? { body: text } : {}),
        });
        const answer = await response.text();
        expect(response.status, `${route.method} ${path}${aQuery} ${text}: ${answer}`).toBeLessThan(500);
        expect(answer).not.toMatch(/node_modules|\.ts:\d|at \w+ \(|SQLITE|ZodError/);
      }),
      { numRuns: sized(300, 5_000), seed: 20260302 },
    );

    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});
