/**
 * A life of two tenants, from the first day on: customers in trouble, providers that fail, people who answer, and
 * colleagues who decide. It is made up from a seed, and everything that comes of it is done by the real parts of a
 * server on a clock that is moved by hand: the same seed gives the same life.
 */
import type { Alert, Delivery } from "../../../server/core/delivery.ts";
import type { Incoming } from "../../../server/core/event.ts";
import type { Match } from "../../../server/core/match.ts";
import type { Pattern } from "../../../server/core/pattern.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../server/core/time.ts";
import type { Engine } from "../../../server/core/unit-upgrades.ts";
import { createRandom, type Random } from "../../../server/demo/random.ts";
import type { Committed } from "../../../server/flow/contract.ts";
import type { DeliverOptions } from "../../../server/flow/deliver/contract.ts";
import type { Outgoing } from "../../../server/integrations/contract.ts";
import type { Store } from "../../../server/store/contract.ts";
import { type FakeClock, fakeClock } from "../../fake-clock.ts";
import { type FakeProvider, fakeProvider } from "./channels.ts";
import { createTeller, type Told } from "./events.ts";
import { compiledOf, type Server, startServer } from "./server.ts";
import { type Company, companies, libraries } from "./tenants.ts";

export interface LifeOptions {
  readonly store: Store;
  readonly seed: string;
  /** Midnight of the first day. */
  readonly start: number;
  /** What each day is worth: 1 is the usual number of events. */
  readonly busy: number;
  /** How many customers there are: 1 is the usual number. */
  readonly size?: number;
  readonly deliver?: Partial<DeliverOptions>;
  readonly onCommitted?: (committed: Committed) => void;
  /** The engine of the next start; this one when not given. */
  readonly engine?: () => Engine;
}

/** What is going on that somebody may act on. */
export interface Known {
  readonly matches: Match[];
  readonly alerts: Map<string, Alert>;
  readonly sent: Delivery[];
}

export interface Life {
  readonly options: LifeOptions;
  readonly random: Random;
  readonly clock: FakeClock;
  readonly companies: readonly [Company, Company];
  readonly libraries: ReadonlyMap<string, readonly Pattern[]>;
  providers: { readonly [system: string]: FakeProvider };
  readonly known: { readonly [tenant: string]: Known };
  readonly tell: (told: Told) => Incoming;
  /** Changes with a restart. */
  server: Server;
  /** In so many milliseconds. */
  in(after: number, what: () => Promise<unknown>): void;
  /** Tells it when it happens; some of it late, some with a clock that is ahead, some twice. */
  happen(tenant: string, told: Told): void;
  restart(): Promise<void>;
}

export async function beginLife(options: LifeOptions): Promise<Life> {
  const { store, seed, start } = options;
  const random = createRandom(seed);
  const clock = fakeClock(start);
  const both = companies(random.fork("companies"), options.size ?? 1);
  const chance = random.fork("lateness");
  const life: Omit<Life, "server" | "providers"> & Partial<Pick<Life, "server" | "providers">> = {
    options,
    random,
    clock,
    companies: both,
    libraries: libraries(),
    known: Object.fromEntries(
      both.map(({ tenant }) => [tenant, { matches: [], alerts: new Map(), sent: [] } satisfies Known]),
    ),
    tell: createTeller("e"),
    in: (after, what) => begun().server.agenda.add(clock.now() + after, what),
    happen: (tenant, told) => happen(begun(), tenant, told, chance),
    restart: async () => {
      await begun().server.abandon();
      await begin();
    },
  };
  const begun = () => life as Life;
  const reports = random.fork("reports");
  const onTaken = (message: Outgoing) => report(begun(), message, reports);
  life.providers = {
    mail: fakeProvider({ kind: "email", random: random.fork("mail"), onTaken }),
    text: fakeProvider({ kind: "sms", random: random.fork("text"), onTaken }),
  };
  const begin = async () => {
    const agenda = life.server?.agenda;
    const parts = {
      store,
      clock,
      seed,
      libraryOf: compiledOf(begun().libraries),
      adapter: (system: string) => begun().providers[system]?.adapter,
      ...(options.deliver === undefined ? {} : { deliver: options.deliver }),
      ...(options.engine === undefined ? {} : { engine: options.engine() }),
      onCommitted: (committed: Committed) => {
        note(begun(), committed);
        options.onCommitted?.(committed);
      },
    };
    life.server = await startServer(parts, agenda);
    await life.server.resume();
  };
  await begin();
  for (const [version, patterns] of begun().libraries) {
    if (version !== "") await store.saveLibraryContent(version, patterns);
  }
  for (const { tenant } of both) {
    await store.createTenant({ id: tenant, createdAt: start, identitySecret: `identity of ${tenant}` }, []);
    await store.saveChannel({ tenant, kind: "email", system: "mail", settings: { key: "k1" } });
    await store.saveChannel({ tenant, kind: "sms", system: "text", settings: { key: "k1" } });
  }
  return begun();
}

function happen(life: Life, tenant: string, told: Told, chance: Random): void {
  const { tell, clock } = life;
  const { agenda } = life.server;
  const at = chance.next();
  const late = at < 0.03 ? chance.int(6, 50) * MINUTE : at < 0.045 ? chance.int(2, 40) * HOUR : 0;
  const ahead = at > 0.992 ? chance.int(6, 90) * MINUTE : 0;
  const event = tell({ ...told, time: told.time + ahead });
  const when = Math.max(clock.now(), told.time + late);
  const send = () => life.server.take(tenant, event);
  agenda.add(when, send);
  if (at > 0.985 && at < 0.99) agenda.add(when + 30 * SECOND, send);
}

/** What the provider says about a message, and what the reader does with it. */
function report(life: Life, { delivery, tenant }: Outgoing, random: Random): void {
  const say = (after: number, share: number, receipt: Parameters<typeof receive>[3]) => {
    if (random.chance(share)) life.in(after, () => receive(life, tenant, delivery, receipt));
  };
  say(2 * SECOND, 0.1, "accepted");
  say(random.int(5, 90) * SECOND, 0.03, "deferred");
  say(random.int(5, 90) * SECOND, 0.8, "delivered");
  say(random.int(2, 200) * MINUTE, 0.35, "opened");
  say(random.int(3, 300) * MINUTE, 0.12, "clicked");
  say(random.int(1, 10) * MINUTE, 0.02, "bounced");
  say(random.int(1, 10) * MINUTE, 0.015, "failed");
  say(random.int(1, 30) * HOUR, 0.004, "complained");
  say(random.int(1, 30) * HOUR, 0.008, "unsubscribed");
  if (random.chance(0.15)) life.in(random.int(4, 400) * MINUTE, () => answer(life, tenant, delivery, random));
}

export async function receive(
  { server }: Life,
  tenant: string,
  id: string,
  receipt:
    | "accepted"
    | "delivered"
    | "shown"
    | "opened"
    | "clicked"
    | "dismissed"
    | "deferred"
    | "failed"
    | "bounced"
    | "complained"
    | "unsubscribed",
): Promise<void> {
  const row = await server.store.delivery(tenant, id);
  if (row === null) return;
  const detail = receipt === "bounced" || receipt === "failed" ? { detail: "550" } : {};
  const control = { kind: "receipt", delivery: id, receipt, at: server.now, ...detail } as const;
  await server.control(tenant, { unit: row.unit }, control);
}

/** The customer says whether it helped. */
export async function answer({ server }: Life, tenant: string, id: string, random: Random): Promise<void> {
  const row = await server.store.delivery(tenant, id);
  if (row?.person == null || row.match === "") return;
  const said = random.weighted([
    ["yes", 5],
    ["no", 3],
    ["not_mine", 1],
    ["someone_else", 1],
    [null, 1],
  ] as const);
  const stars = said === null ? random.int(1, 5) : null;
  const { match, person, unit } = row;
  await server.control(
    tenant,
    { unit },
    { kind: "feedback", delivery: id, match, person, answer: said, stars },
  );
}

const REMEMBERED = 60;

function note({ known }: Life, { tenant, effects }: Committed): void {
  const own = known[tenant];
  if (own === undefined) return;
  for (const effect of effects) {
    if (effect.kind === "match" && effect.row.state === "open") keep(own.matches, effect.row);
    if (effect.kind === "delivery" && effect.row.status === "sent") keep(own.sent, effect.row);
    if (effect.kind !== "alert") continue;
    if (effect.row.state === "resolved") own.alerts.delete(effect.row.id);
    else own.alerts.set(effect.row.id, effect.row);
    // A year of alerts is not acted on.
    const [oldest] = own.alerts.keys();
    if (own.alerts.size > REMEMBERED && oldest !== undefined) own.alerts.delete(oldest);
  }
}

function keep<Row extends { readonly id: string }>(rows: Row[], row: Row): void {
  const known = rows.findIndex(({ id }) => id === row.id);
  if (known >= 0) rows.splice(known, 1);
  rows.push(row);
  if (rows.length > REMEMBERED) rows.shift();
}

/** Lives so many days, one after the other. */
export async function live(life: Life, days: number, plan: (life: Life, day: number) => void): Promise<void> {
  const { start } = life.options;
  for (let day = 0; day < days; day++) {
    plan(life, day);
    await until(life, start + (day + 1) * DAY);
  }
}

/** Lets time pass: what is planned happens, what falls due is looked after, what is due leaves. */
export async function until(life: Pick<Life, "clock" | "server">, at: number): Promise<void> {
  const { clock } = life;
  while (clock.now() < at) {
    // A restart puts another server in the place of this one.
    const { agenda } = life.server;
    await clock.advanceAsync(Math.max(0, life.server.nextMoment(at) - clock.now()));
    for (let next = agenda.take(clock.now()); next !== null; next = agenda.take(clock.now())) await next();
    await life.server.beat();
  }
}
