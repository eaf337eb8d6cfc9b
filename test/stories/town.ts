/**
 * A town is one running Forestall with everything real but the vendors' servers and the clock: the pipeline, the
 * policy, the outbox, the texts, SQLite. Each story is lived by a company of its own, a tenant; many may be lived in
 * one town at the same time.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openOutbox } from "../../server/app/outbox.ts";
import { renderByHand, renderDelivery } from "../../server/app/rendering.ts";
import { type Opened, openApp } from "../../server/app.ts";
import type { Delivery } from "../../server/core/delivery.ts";
import { dueOf } from "../../server/core/engine/assess.ts";
import { kindOf } from "../../server/core/tenant.ts";
import type { Committed } from "../../server/flow/contract.ts";
import { createInAppOutbox, type InAppOutbox } from "../../server/flow/deliver/in-app.ts";
import { createApi } from "../../server/http/api/index.ts";
import { requester } from "../../server/http/api/replies/requester.ts";
import type { RequesterBody } from "../../server/http/wire.ts";
import { silentLogger } from "../../server/lib/log.ts";
import type { TokenRow } from "../../server/store/contract.ts";
import { type FakeClock, fakeClock } from "../fake-clock.ts";
import { type Mailbox, mailboxes } from "./mailboxes.ts";

export interface Town {
  readonly app: Opened;
  readonly clock: FakeClock;
  readonly inApp: InAppOutbox;
  readonly mail: Mailbox;
  readonly phones: Mailbox;
  /** What an agent gets to read beside a ticket of this person. */
  context(tenant: string, person: string): Promise<RequesterBody>;
  /** Called for everything that is committed, in order. */
  watch(listener: (committed: Committed) => void): void;
  /** Lets time pass up to then: every timer rings, every message leaves at its own moment. */
  until(at: number): Promise<void>;
  close(): Promise<void>;
}

/** Who reads is not asked below the doors of the API. */
const AGENT: TokenRow = {
  id: "agent",
  tenant: "",
  role: "agent",
  label: "an agent",
  hash: "",
  createdAt: 0,
  expiresAt: null,
  revokedAt: null,
};

export async function openTown(start: number): Promise<Town> {
  const dataDir = mkdtempSync(join(tmpdir(), "forestall-story-"));
  const clock = fakeClock(start);
  const config = {
    port: 0,
    host: "127.0.0.1",
    publicUrl: "https://help.example.com",
    dataDir,
    secretKey: Buffer.alloc(32, 7),
    logLevel: "silent" as const,
    trustProxy: false as const,
    allowLoopbackProviders: true,
  };
  const app = await openApp(config, { purpose: "a story", clock, log: silentLogger });
  const { mail, phones, adapter } = mailboxes(clock);
  const outbox = openOutbox(app, (deps) => ({
    ...deps,
    adapter,
    random: () => 0.5,
    options: { readEvery: 0 },
  }));
  const inApp = createInAppOutbox({
    ...app,
    render: (delivery) => renderDelivery(app.rendering, delivery),
    personLock: outbox.personLock,
  });
  const queued = watchQueue(app);
  const api = createApi({
    deps: {
      ...app,
      render: (question) => renderByHand(app.rendering, question),
    },
    tokens: app.tokenBook,
    timers: clock,
    version: "0",
  });
  const settle = async () => {
    await app.pipeline.tick(clock.now());
    await outbox.deliverer.tick(clock.now());
    await outbox.deliverer.idle();
  };
  return {
    app,
    clock,
    inApp,
    mail,
    phones,
    async context(tenant, person) {
      const route = api.routes.find(({ path }) => path === "/persons/:id/context");
      if (route?.kind !== "json") throw new Error("the context of a person has moved");
      const nobody = { ifMatch: null, idempotencyKey: null, lastEventId: null, token: AGENT };
      const call = { tenant, actor: "agent:kim", id: person, query: {}, body: null, now: clock.now() };
      const { body } = await route.handle({ ...call, ...nobody });
      return requester.parse(body);
    },
    watch: (listener) => {
      app.pipeline.subscribe(listener);
    },
    async until(at) {
      await settle();
      while (clock.now() < at) {
        const next = Math.min(at, Math.max(clock.now() + 1, nextMoment(app, queued)));
        await clock.advanceAsync(next - clock.now());
        await settle();
      }
    },
    async close() {
      await outbox.alertMailer.stop();
      await outbox.deliverer.stop();
      await app.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function nextMoment({ pipeline }: Opened, queued: ReadonlyMap<string, number>): number {
  let next = Number.POSITIVE_INFINITY;
  for (const unit of pipeline.units.values()) next = Math.min(next, dueOf(unit));
  for (const at of queued.values()) next = Math.min(next, at);
  return next;
}

/** When each message that we bring may leave. What waits in the product waits for its reader. */
function watchQueue({ pipeline }: Opened): ReadonlyMap<string, number> {
  const waiting = new Map<string, number>();
  const note = ({ id, status, channel, notBefore }: Delivery): void => {
    const isFetched = ["in_app", "broadcast"].includes(kindOf(channel));
    if (status === "queued" && !isFetched) waiting.set(id, notBefore);
    else waiting.delete(id);
  };
  pipeline.subscribe(({ effects }) => {
    for (const effect of effects) if (effect.kind === "delivery") note(effect.row);
  });
  return waiting;
}
