import { expect, it } from "vitest";
import { renderAlert } from "../../server/app/rendering.ts";
import type { Alert } from "../../server/core/delivery.ts";
import { compileLibrary } from "../../server/core/matching/compile.ts";
import { loadMessages } from "../../server/messages/render.ts";
import { loadShipped } from "../../server/patterns/load.ts";
import { anAccount, aTenant } from "../builders.ts";
import { createWorld, event } from "./world.ts";

const SHIPPED = compileLibrary(loadShipped().patterns, "1");

/** A failed payment of an account, once its person has written a ticket: an alert that says why nothing was sent. */
async function unpaid(account: object): Promise<Alert> {
  const world = await createWorld();
  const time = world.now;
  await world.take(
    event("account.updated", { time, account: "a1", data: { plan: "pro", ...account } }),
    event("person.identified", {
      time,
      account: "a1",
      person: "bill",
      data: { roles: ["billing"] },
      contact: { email: "bill@alpha.test" },
    }),
    event("ticket.created", { time, account: "a1", person: "bill", data: { ticket: "1" } }),
    event("billing.payment_failed", { time, account: "a1", data: { recurring: true } }),
  );
  const [alert] = world.alerts("critical");
  if (alert === undefined) throw new Error("no alert");
  return alert;
}

it("calls the customer by the account's name, and by its id where no name is known", async () => {
  expect((await unpaid({ name: "Alpha Ltd" })).title).toBe("Payment method failure: Alpha Ltd");
  expect((await unpaid({})).title).toBe("Payment method failure: a1");
});

it("says in words why no message went out, and what was seen as to a colleague", async () => {
  expect((await unpaid({})).why).toBe(
    "a declined subscription payment. No message went out: they wrote a ticket, so a person is on it.",
  );
});

it("tells of a visitor without a login in words, not by the session", async () => {
  const world = await createWorld();
  for (let i = 0; i < 3; i++) {
    await world.take(event("auth.login_failed", { time: world.now - i, person: "anonymous:e7500607" }));
  }
  await world.until(world.now + 24 * 60 * 60_000);

  const titles = world.alerts().map(({ title }) => title);
  expect(titles).not.toEqual([]);
  for (const title of titles) expect(title).toMatch(/: a visitor who is not logged in$/);
});

it("names the customer in the owner's email as in the title", async () => {
  const alert = await unpaid({ name: "Alpha Ltd" });
  const deps = {
    store: {
      match: async () => null,
      contact: async () => null,
      person: async () => null,
      account: async () => anAccount({ id: "a1", name: "Alpha Ltd" }),
    },
    pipeline: { tenant: () => ({ ...aTenant(), library: SHIPPED }) },
    messages: loadMessages(),
    tokens: { issue: () => "t" },
    publicUrl: () => "https://help.test",
  } as unknown as Parameters<typeof renderAlert>[0];

  const { text } = await renderAlert(deps, alert);

  expect(text).toContain("Customer\nAlpha Ltd");
  expect(text).not.toMatch(/\ba1\b|cooldown|your subscription/);
});
