import { expect, it } from "vitest";
import { z } from "zod";
import type { Role } from "../../server/actions/contract.ts";
import { ACTIONS } from "../../server/actions/registry.ts";
import { aRunner } from "./runner.ts";

const ROLES = [
  "write",
  "public",
  "privacy",
  "agent",
  "ops",
  "admin",
  "analyst",
  "operator",
  "customer",
] as const;
/** Nothing of an application is there: whoever gets past the role is told so in other words. */
const runner = aRunner({ now: () => 0, store: {}, pipeline: {} });

function ask(action: (typeof ACTIONS)[number], role: Role) {
  const by = { actor: `${role}:somebody`, role, reason: "a test", token: null };
  const unread = { ...action, params: z.unknown(), subject: () => "anything", run: async () => "done" };
  return runner.runUnread(unread, { tenant: "acme", params: {}, by });
}

it.each(ACTIONS)("$name is for its roles alone, whatever the door has looked at", async (action) => {
  const others = ROLES.filter((role) => !action.roles.includes(role));
  expect(others.length).toBeGreaterThan(0);
  for (const role of others) {
    await expect(ask(action, role), role).rejects.toThrow(
      `With the role ${role} nobody may do this; it takes one of: ${action.roles.join(", ")}.`,
    );
  }
  for (const role of action.roles) expect((await ask(action, role)).result).toBe("done");
});
