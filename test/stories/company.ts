/** A company that uses Forestall, its customers and its colleagues: what a story is told with. */
import { DateTime } from "luxon";
import type { UnitControl } from "../../server/core/control.ts";
import type { Incoming } from "../../server/core/event.ts";
import { adminOf, type Doer } from "../support/acting.ts";
import type { CompanyOptions, Human } from "./cast.ts";
import type { Town } from "./town.ts";
import { Transcript } from "./transcript.ts";

const BY: Doer = { actor: "cli:ops", reason: "a story" };
const LINK = "https://northwind.test";

export class Company {
  readonly transcript: Transcript;
  readonly #town: Town;
  readonly #options: CompanyOptions;
  readonly #people = new Map<string, Human>();
  #events = 0;

  private constructor(town: Town, options: CompanyOptions) {
    this.#town = town;
    this.#options = options;
    this.transcript = new Transcript(town, options, this.#people);
  }

  static async opens(town: Town, options: CompanyOptions): Promise<Company> {
    const company = new Company(town, options);
    const admin = adminOf(town.app);
    const { id, zone, settings = {}, live = true } = options;
    await admin.createTenant(id, { name: "Northwind" }, BY);
    const links = [...town.app.messages.templates.values()].flatMap((template) => template.links);
    const product = {
      name: "Northwind",
      senderName: "Northwind",
      senderEmail: "help@northwind.test",
      supportEmail: "care@northwind.test",
      supportUrl: `${LINK}/help`,
    };
    const patch = {
      product,
      timeZone: zone,
      links: Object.fromEntries(links.map((link) => [link, `${LINK}/${link}`])),
      owners: { default: "ops@northwind.test" },
      holdout: { percent: 0 },
      ...settings,
    };
    await admin.saveSettings(id, patch, BY);
    const twilio = { accountSid: `AC${"0".repeat(32)}`, authToken: "0".repeat(32), from: "+15551230000" };
    await admin.saveChannel(id, { system: "sendgrid", settings: { apiKey: "SG.story" } }, BY);
    await admin.saveChannel(id, { system: "twilio", settings: twilio }, BY);
    await admin.saveChannel(id, { system: "in-app", settings: { origins: [LINK] } }, BY);
    if (live) await admin.live(id, { all: true, force: true }, BY);
    company.transcript.begin();
    return company;
  }

  get now(): number {
    return this.#town.clock.now();
  }

  /** Somebody whom the product has told us about, with everything that a message needs unless it says otherwise. */
  async knows(human: Human): Promise<void> {
    const { id, zone = this.#options.zone, account, email = `${id}@acme.test`, phone = null, data } = human;
    this.#people.set(id, human);
    await this.#receive({
      ...this.#event("person.identified", { who: id, ...(account === undefined ? {} : { account }) }),
      data: { timeZone: zone, consent: { email: true }, ...data },
      contact: { ...(email === null ? {} : { email }), ...(phone === null ? {} : { phone }) },
    });
  }

  /** The product tells of something that has just happened. */
  async happens(type: string, of: Of = {}, data: Incoming["data"] = {}): Promise<void> {
    await this.#receive({ ...this.#event(type, of), data });
  }

  /** The same several times, with so much time between. */
  async keeps(
    times: number,
    every: number,
    type: string,
    of: Of,
    data: Incoming["data"] = {},
  ): Promise<void> {
    for (let n = 0; n < times; n++) {
      if (n > 0) await this.passes(every);
      await this.happens(type, of, data);
    }
  }

  /** Opens the product: whatever waits there is shown. */
  async opensProduct(person: string): Promise<void> {
    for (const { delivery, rendered } of await this.#town.inApp.fetch(this.#options.id, { person })) {
      this.transcript.shown(person, rendered);
      await this.#control(
        { unit: delivery.unit },
        {
          kind: "receipt",
          delivery: delivery.id,
          receipt: "shown",
          at: this.now,
        },
      );
    }
  }

  /** An agent opens a ticket of this person. */
  async agentLooksAt(person: string): Promise<void> {
    this.transcript.agentSees(person, await this.#town.context(this.#options.id, person));
  }

  /** The provider's word about the newest message of a channel to this person: delivered, opened, clicked. */
  async reports(receipt: "delivered" | "opened" | "clicked" | "bounced", person: string): Promise<void> {
    const { rows } = await this.#town.app.store.deliveries(this.#options.id, { person, limit: 1 });
    const [newest] = rows;
    if (newest === undefined) throw new Error(`nothing was sent to ${person}`);
    await this.#control(
      { unit: newest.unit },
      { kind: "receipt", delivery: newest.id, receipt, at: this.now },
    );
  }

  /** The person's own word on their page. */
  async says(person: string, change: Extract<UnitControl, { kind: "preference" }>["change"]): Promise<void> {
    await this.#control({ person }, { kind: "preference", person, change, actor: "customer", reason: "" });
  }

  async goesLive(): Promise<void> {
    this.transcript.did("ops", "everything goes live");
    await adminOf(this.#town.app).live(this.#options.id, { all: true, force: true }, BY);
  }

  async passes(millis: number): Promise<void> {
    await this.#town.until(this.now + millis);
  }

  /** Until the next time that the wall clock there says this, as `Mon 08:00` or `08:00`. */
  async until(moment: string, zone = this.#options.zone): Promise<void> {
    await this.#town.until(nextTime(moment, zone, this.now));
  }

  #event(type: string, { who, session, account, ago = 0 }: Of): Omit<Incoming, "data"> {
    const home = account ?? (who === undefined ? undefined : this.#people.get(who)?.account);
    return {
      source: "app",
      id: `${this.#options.id}-${++this.#events}`,
      type,
      time: this.now - ago,
      ...(who === undefined ? {} : { person: { namespace: "native", value: who } }),
      ...(session === undefined ? {} : { person: { namespace: "anonymous", value: session } }),
      ...(home === undefined ? {} : { account: { namespace: "native", value: home } }),
    };
  }

  async #receive(...incoming: readonly Incoming[]): Promise<void> {
    for (const one of incoming) this.transcript.happened(one);
    await this.#town.app.pipeline.receive(this.#options.id, incoming);
    await this.#town.until(this.now);
  }

  async #control(target: { unit: string } | { person: string }, control: UnitControl): Promise<void> {
    this.transcript.said(control);
    await this.#town.app.pipeline.control(this.#options.id, target, control);
    await this.#town.until(this.now);
  }
}

export interface Of {
  readonly who?: string;
  /** A page whose visitor is not logged in. */
  readonly session?: string;
  readonly account?: string;
  /** How long before it is told it happened. */
  readonly ago?: number;
}

/** The first moment after `now` at which the wall clock of the zone says so. */
export function nextTime(moment: string, zone: string, now: number): number {
  const [, weekday, clock] = /^(?:([A-Z][a-z]{2}) )?(\d\d:\d\d)$/.exec(moment) ?? [];
  const [hour, minute] = (clock ?? "").split(":").map(Number);
  if (hour === undefined || minute === undefined) throw new RangeError(`no time of day: ${moment}`);
  for (let days = 0; days < 9; days++) {
    const day = DateTime.fromMillis(now, { zone })
      .plus({ days })
      .set({ hour, minute, second: 0, millisecond: 0 });
    if (day.toMillis() > now && (weekday === undefined || day.toFormat("ccc") === weekday))
      return day.toMillis();
  }
  throw new RangeError(`no such day: ${moment}`);
}
