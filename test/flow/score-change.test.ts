import { beforeEach, expect, it } from "vitest";
import { DAY, HOUR } from "../../server/core/time.ts";
import { createWorld, event, introduce, refusals, T, type World } from "./world.ts";

/** The steps of the account's score, as its history tells them. */
const steps = (world: World) => world.scores("account/acme").map(({ change }) => change);
const last = (world: World) => world.scores("account/acme").at(-1);

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await introduce(world);
  await refusals(world, 5);
});

const payment = (type: "billing.payment_failed" | "billing.payment_succeeded") =>
  world.take(event(type, { time: world.now, account: "acme", data: { recurring: true } }));

it("names what came, while the current row keeps the largest", async () => {
  await payment("billing.payment_failed");
  world.now += 1_000;
  await world.take(event("api.request_failed", { time: world.now, account: "acme", data: { status: 429 } }));

  expect(steps(world)[0]).toMatch(/^\+ 5 rate-limit errors/);
  expect(steps(world)[1]).toBe("+ a declined subscription payment");
  expect(last(world)?.why).toBe("a declined subscription payment");
});

it("names what was resolved, though something larger is still there", async () => {
  await payment("billing.payment_failed");
  world.now += 1_000;
  await payment("billing.payment_succeeded");

  expect(last(world)).toMatchObject({
    change: "resolved: a declined subscription payment",
    why: expect.stringMatching(/rate-limit errors/),
  });
});

it("names what somebody called a false alarm", async () => {
  const match = world.matches("P-001")[0]?.id ?? "";
  const control = {
    kind: "verdict",
    match,
    verdict: "false_alarm",
    actor: "agent:ana",
    reason: "a test",
  } as const;
  await world.pipeline.control(T, { unit: "account/acme" }, control);

  expect(last(world)).toMatchObject({
    score: 0,
    change: expect.stringMatching(/^false alarm: 5 rate-limit errors/),
    why: "nothing of concern",
  });
});

it("says that it faded, and in the end what has", async () => {
  await world.until(world.now + 3 * HOUR);
  const fading = last(world);
  await world.until(world.now + 4 * DAY);

  expect(fading?.change).toBe("faded, as nothing new was seen");
  expect(last(world)).toMatchObject({
    score: 0,
    change: expect.stringMatching(/^faded: 5 rate-limit errors/),
  });
});

it("says what is seen again", async () => {
  await world.until(world.now + 3 * HOUR);
  await refusals(world, 5);

  expect(last(world)?.change).toMatch(/^(\+|again:) 5 rate-limit errors/);
});
