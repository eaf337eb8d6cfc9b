import { describe, expect, it } from "vitest";
import type { UnitControl } from "../../server/core/control.ts";
import { HOUR } from "../../server/core/time.ts";
import { TENANT_UNIT } from "../../server/core/unit-name.ts";
import { createWorld, T, type World } from "./world.ts";

type Said = Pick<Extract<UnitControl, { kind: "connection" }>, "what"> & {
  readonly channel?: "email" | "sms";
};

const say = (world: World, { what, channel = "email" }: Said) =>
  world.control(
    { unit: TENANT_UNIT },
    {
      kind: "connection",
      channel,
      system: channel === "sms" ? "twilio" : "sendgrid",
      what,
      detail: "wrong key",
    },
  );
const states = (world: World) => world.alerts("connection").map(({ title, state }) => [title, state]);

describe("a connection that does not work", () => {
  it("is one alert with an owner and a first action, however often it fails", async () => {
    const world = await createWorld({ settings: { owners: { default: "ops@acme.test" } } });

    await say(world, { what: "bad_credentials" });
    await say(world, { what: "bad_credentials" });
    await say(world, { what: "breaker_open" });

    expect(world.alerts("connection")).toMatchObject([
      {
        title: "No email goes out through sendgrid",
        state: "open",
        owner: "ops@acme.test",
        why: expect.stringContaining("wrong key"),
        firstAction: expect.stringContaining("forestall channel add sendgrid"),
        revision: 1,
      },
    ]);
  });

  it("is an alert for each kind of channel", async () => {
    const world = await createWorld();

    await say(world, { what: "breaker_open" });
    await say(world, { what: "breaker_open", channel: "sms" });

    expect(states(world)).toEqual([
      ["No email goes out through sendgrid", "open"],
      ["No SMS goes out through twilio", "open"],
    ]);
  });

  it("is resolved when messages go through again, and told anew the next time", async () => {
    const world = await createWorld();
    await say(world, { what: "breaker_open" });

    await say(world, { what: "works" });
    const resolved = states(world);
    world.now += HOUR;
    await say(world, { what: "breaker_open" });

    expect(resolved).toEqual([["No email goes out through sendgrid", "resolved"]]);
    expect(states(world).map(([, state]) => state)).toEqual(["resolved", "open"]);
  });

  it("stays one alert over a restart, and is resolved after it", async () => {
    const world = await createWorld();
    await say(world, { what: "breaker_open" });
    await world.pipeline.checkpoint();

    const again = await world.restart();
    await say(again, { what: "breaker_open" });
    await say(again, { what: "works" });

    expect(states(again)).toEqual([["No email goes out through sendgrid", "resolved"]]);
  });

  it("that somebody has resolved by hand is told again when it still fails", async () => {
    const world = await createWorld();
    await say(world, { what: "breaker_open" });
    const [alert] = world.alerts("connection");
    world.now += 1_000;
    await world.control(
      { unit: TENANT_UNIT },
      { kind: "alert", alert: alert?.id ?? "", action: "resolve", actor: "ops:ana", reason: "" },
    );

    await say(world, { what: "breaker_open" });

    expect(states(world).map(([, state]) => state)).toEqual(["resolved", "open"]);
  });

  it("that works all the time leaves nothing behind", async () => {
    const world = await createWorld();

    await say(world, { what: "works" });

    expect(world.alerts()).toEqual([]);
    expect((await world.pipeline.peek(T, TENANT_UNIT))?.population?.broken.size).toBe(0);
  });
});
