import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnyRoute } from "../../../server/http/api/route.ts";
import type { PageBody } from "../../../server/http/wire.ts";
import { ask } from "./client.ts";
import type { Populated, World } from "./world.ts";

/** Every id a tenant's things are known by, and queries that name them. */
function idsOf(tenant: Populated): readonly string[] {
  const { ownPerson, ownAccount, match, decision, review, reviewMatch, delivery, alert, incident, action } =
    tenant;
  return [ownPerson, ownAccount, match, decision, review, reviewMatch, delivery, alert, incident, action];
}

function queriesOf(tenant: Populated): readonly string[] {
  const { email, zendeskId, externalId, ownPerson, ownAccount, match, canary } = tenant;
  return [
    "",
    `?email=${encodeURIComponent(email)}`,
    `?email=${encodeURIComponent(email.replace(/^[^@]+/, "colleague"))}`,
    `?zendeskId=${zendeskId}`,
    `?externalId=${externalId}`,
    `?person=${ownPerson}`,
    `?account=${ownAccount}`,
    `?match=${match}`,
    `?subject=${encodeURIComponent(`person/${ownPerson}`)}`,
    `?q=${canary}`,
    `?identity=zendesk:${zendeskId}`,
  ];
}

/** A body that would be taken if the thing were one's own. */
function bodyFor({ path }: AnyRoute, of: Populated): unknown {
  const reason = "checking the walls";
  const bodies: Record<string, object> = {
    "/matches/:id/verdict": { verdict: "false_alarm" },
    "/decisions/:id/review": { answer: "approve" },
    "/alerts/:id/assign": { assignee: "mallory" },
    "/alerts/:id/snooze": { for: "1h" },
    "/deliveries": { person: of.ownPerson, channel: "email", template: "api-rate-limit", match: of.match },
    "/incidents": { scope: { kind: "account", name: of.ownAccount } },
    "/switches": { what: "pattern", name: "none-such", off: true },
    "/rollout": { all: true, percent: 900 },
  };
  return { reason, ...bodies[path] };
}

/**
 * Every address with every id and query of the other tenant, with this tenant's strongest token: nothing of the
 * other's is read, and nothing of the other's changes.
 */
export function describeIsolation(makeWorld: () => Promise<World>): void {
  describe("two tenants", () => {
    let world: World;
    beforeAll(async () => {
      world = await makeWorld();
    });
    afterAll(() => world.close());

    it.each([
      ["first", "second"],
      ["second", "first"],
    ])("the %s reads and changes nothing of the %s", async (who) => {
      const [mine, other] = who === "first" ? [world.a, world.b] : [world.b, world.a];
      const before = await footprint(world, other);
      let asked = 0;
      const seen: string[] = [];
      for (const route of world.api.routes.filter(({ kind }) => kind === "json")) {
        for (const line of linesFor(route, other)) {
          const body = route.method === "post" ? bodyFor(route, other) : undefined;
          const { status, text } = await ask(world, line, { token: mine.tokens.admin, body });
          asked += 1;
          if (leaks(text, line, other)) seen.push(`${line} (${status}): ${text.slice(0, 300)}`);
          // What is asked for by a foreign id is not there, whatever else is asked.
          if (route.path.includes(":id") && status < 400) seen.push(`${line} was answered with ${status}`);
        }
      }
      expect(seen).toEqual([]);
      expect(asked).toBeGreaterThan(400);
      expect(await footprint(world, other)).toEqual(before);
    });

    it("each sees what is its own under ids that both use", async () => {
      for (const tenant of [world.a, world.b]) {
        const other = tenant === world.a ? world.b : world.a;
        for (const path of [
          "/accounts/acme/risk",
          "/decisions?person=u1",
          "/deliveries?person=u1",
          "/risks?q=acme",
        ]) {
          const { text, status } = await ask(world, `GET ${path}`, { token: tenant.tokens.agent });

          expect(status).toBe(200);
          expect(text).not.toContain(other.canary);
          expect(JSON.parse(text).items?.length ?? 1).toBeGreaterThan(0);
        }
        const { text } = await ask(world, "GET /accounts/acme/risk", { token: tenant.tokens.agent });
        expect(text).toContain(tenant.canary);
      }
    });

    it("a cursor of one opens no page of the other", async () => {
      const mine = await ask<PageBody<unknown>>(world, "GET /decisions?limit=1", {
        token: world.a.tokens.ops,
      });
      expect(mine.body.next).not.toBeNull();

      const stolen = await ask(world, `GET /decisions?limit=1&after=${mine.body.next}`, {
        token: world.b.tokens.ops,
      });

      expect(stolen.status).toBe(400);
    });
  });
}

function linesFor(route: AnyRoute, other: Populated): readonly string[] {
  const paths = route.path.includes(":id")
    ? [...idsOf(other), "-"].map((id) => route.path.replace(":id", encodeURIComponent(id)))
    : [route.path];
  const queries =
    route.method === "get" || route.path.startsWith("/persons") ? queriesOf(other) : ["", "?preview=1"];
  return paths.flatMap((path) => queries.map((query) => `${route.method.toUpperCase()} ${path}${query}`));
}

/** A refusal may repeat what was asked for; nothing else of the other tenant may be there. */
function leaks(text: string, line: string, other: Populated): boolean {
  const known = [other.canary, ...idsOf(other)];
  const asked = decodeURIComponent(line);
  return known.some((word) => text.includes(word) && !asked.includes(word));
}

/** What would change if a write of the other tenant came through. */
async function footprint(world: World, tenant: Populated): Promise<unknown> {
  const { store } = world;
  const id = tenant.tenant;
  return {
    audit: (await store.audit(id, { limit: 500 })).rows,
    alerts: (await store.alerts(id, { limit: 500 })).rows,
    deliveries: (await store.deliveries(id, { limit: 500 })).rows,
    person: await store.person(id, tenant.ownPerson),
    state: world.pipeline.tenant(id),
  };
}
