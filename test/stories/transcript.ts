import { DateTime } from "luxon";
import type { UnitControl } from "../../server/core/control.ts";
import type { Decision } from "../../server/core/decision.ts";
import type { Alert, Delivery } from "../../server/core/delivery.ts";
import type { Effect } from "../../server/core/effect.ts";
import type { Incoming } from "../../server/core/event.ts";
import { reasonWords } from "../../server/core/reasons.ts";
import type { Rendered } from "../../server/flow/deliver/contract.ts";
import type { RequesterBody } from "../../server/http/wire.ts";
import type { CompanyOptions, Human } from "./cast.ts";
import type { Town } from "./town.ts";

/**
 * What a story was like for those in it: a line for each thing that somebody experiences, in the order in which they
 * did, with weekday and time where they are.
 */
export class Transcript {
  readonly lines: string[] = [];
  readonly #town: Town;
  readonly #company: CompanyOptions;
  readonly #people: ReadonlyMap<string, Human>;
  readonly #alerts = new Map<string, Alert>();
  /** By delivery: the decision that made it. */
  readonly #decided = new Map<string, string>();
  readonly #statuses = new Map<string, Delivery["status"]>();
  #begun = false;

  constructor(town: Town, company: CompanyOptions, people: ReadonlyMap<string, Human>) {
    this.#town = town;
    this.#company = company;
    this.#people = people;
    town.watch(({ tenant, effects }) => {
      if (tenant !== company.id || !this.#begun) return;
      for (const effect of effects) this.#noteEffect(effect);
    });
    for (const [box, kind] of [
      [town.mail, "email"],
      [town.phones, "text"],
    ] as const) {
      box.onDelivered.push((message) => {
        if (message.tenant !== company.id || !this.#begun) return;
        const who = this.#whoHas(message.to.address);
        this.#say(`${who}, ${kind}`, this.#zoneOf(who), textOf({ ...message, kind }));
      });
    }
  }

  /** The company is set up; from here on it is a story. */
  begin(): void {
    this.#begun = true;
  }

  happened({ type, person, account, data }: Incoming): void {
    const about = [person?.value, account?.value].filter((name) => name !== undefined).join(" at ");
    const details = Object.entries(data).map(([name, value]) => `${name} ${plain(value)}`);
    this.#say("product", this.#company.zone, [
      `${[type, ...(about === "" ? [] : [about])].join(", ")}${details.length === 0 ? "" : ` (${details.join(", ")})`}`,
    ]);
  }

  did(who: string, what: string): void {
    this.#say(who, this.#company.zone, [what]);
  }

  said(control: UnitControl): void {
    if (control.kind === "preference") {
      this.#say(control.person, this.#zoneOf(control.person), [`says: ${plain(control.change)}`]);
    } else if (control.kind === "receipt") {
      this.#say("provider", this.#company.zone, [`reports the message as ${control.receipt}`]);
    }
  }

  /** What an agent reads beside a ticket of this person. */
  agentSees(person: string, { headline, context }: RequesterBody): void {
    const { prediction, next, draft, lastMessage, quiet, colleagues, alerts } = context;
    const zone = this.#company.zone;
    const lines = [
      `looks at ${person}: ${headline}`,
      ...(prediction === null ? [] : [`Predicted: ${prediction.name}, ${prediction.why}`]),
      ...(lastMessage === null
        ? []
        : [`Last message: ${lastMessage.delivery.channel}, ${lastMessage.delivery.status}`]),
      ...(quiet === null ? [] : [`Nothing is sent now: ${quiet.detail}`]),
      ...(next === null ? [] : [`Next: ${next.firstAction} (${next.pattern})`]),
      ...(draft === null
        ? []
        : [
            "Draft:",
            ...draft
              .trim()
              .split(/\n+/)
              .map((line) => `  ${line}`),
          ]),
      ...colleagues.map((other) => `Colleague in trouble: ${other.person}, ${other.why}`),
      ...alerts.map(({ title, dueBy }) => `Alert: ${title} (due ${this.#time(Date.parse(dueBy), zone)})`),
    ];
    this.#say("agent", this.#company.zone, lines);
  }

  shown(person: string, rendered: Rendered): void {
    this.#say(`${person}, in the product`, this.#zoneOf(person), textOf(rendered));
  }

  #noteEffect(effect: Effect): void {
    if (effect.kind === "decision") this.#noteDecision(effect.row);
    else if (effect.kind === "alert") this.#noteAlert(effect.row);
    else if (effect.kind === "delivery") this.#noteDelivery(effect.row);
    else if (effect.kind === "outcome") {
      this.#say("ops", this.#company.zone, [`outcome of ${effect.row.pattern}: ${effect.row.kind}`]);
    }
  }

  #noteDecision({ id, pattern, kind, reason, until, channel, step, delivery, simulated }: Decision): void {
    // A message is judged again at the moment it leaves; that it still leaves is no news.
    if (kind === "send" && delivery !== null && this.#decided.get(delivery) !== undefined) return;
    if (delivery !== null) this.#decided.set(delivery, id);
    const end = until === null ? "" : `, until ${this.#time(until, this.#company.zone)}`;
    const words = reason === "none" ? "" : ` (${reasonWords(reason)}${end})`;
    const trial = simulated ? " [trial run]" : "";
    this.#say("ops", this.#company.zone, [
      `${pattern}, step ${step}, ${channel ?? "no channel"}: ${kind}${words}${trial}`,
    ]);
  }

  /** What is sent is seen where it arrives; what is waiting in the product when it is shown. */
  #noteDelivery({ id, pattern, channel, status, detail, notBefore }: Delivery): void {
    if (this.#statuses.get(id) === status) return;
    this.#statuses.set(id, status);
    const now = this.#town.clock.now();
    const words = {
      queued: notBefore > now ? `waits until ${this.#time(notBefore, this.#company.zone)}` : null,
      sending: null,
      sent: null,
      failed: `failed: ${detail}`,
      in_doubt: `may or may not have arrived: ${detail}`,
      unknown: "nobody knows whether it arrived",
      suppressed: `kept back: ${detail}`,
      dry_run: "would have been sent",
    }[status];
    if (words !== null) this.#say("ops", this.#company.zone, [`${pattern}, ${channel}: ${words}`]);
  }

  #noteAlert(alert: Alert): void {
    const before = this.#alerts.get(alert.id);
    this.#alerts.set(alert.id, alert);
    if (before !== undefined && before.state === alert.state) return;
    const { owner, title, why, firstAction, state, dueBy } = alert;
    const due = `due ${this.#time(dueBy, this.#company.zone)}`;
    const lines =
      before === undefined ? [`${title} (${due})`, why, `First: ${firstAction}`] : [`${title}: ${state}`];
    this.#say(owner, this.#company.zone, lines);
  }

  #whoHas(address: string): string {
    for (const { id, email = `${id}@acme.test`, phone } of this.#people.values()) {
      if (email === address || phone === address) return id;
    }
    return address;
  }

  #zoneOf(person: string): string {
    return this.#people.get(person)?.zone ?? this.#company.zone;
  }

  #time(at: number, zone: string): string {
    return DateTime.fromMillis(at, { zone }).setLocale("en").toFormat("ccc HH:mm");
  }

  #say(who: string, zone: string, given: readonly string[]): void {
    const lines = given.map(withoutSecrets);
    const place = zone.split("/").at(-1)?.replaceAll("_", " ");
    const [first = "", ...others] = lines;
    this.lines.push(`${this.#time(this.#town.clock.now(), zone)} ${place}  ${who}: ${first}`);
    for (const line of others) this.lines.push(`    ${line}`);
  }

  toString(): string {
    return `${this.lines.join("\n")}\n`;
  }
}

function textOf(rendered: {
  readonly kind?: string;
  readonly subject?: string | null;
  readonly title?: string;
  readonly text?: string;
  readonly body?: unknown;
}): string[] {
  const { subject, title, text } = rendered;
  const head = subject ?? title ?? "";
  return [
    `"${head}"`,
    ...(text ?? JSON.stringify(rendered)).split("\n").filter((line) => line.trim() !== ""),
  ];
}

/** Signed links are long, and other ones each time. */
const withoutSecrets = (text: string): string => text.replace(/(\/[ps]\/)[\w.-]{20,}/g, "$1<signed>");

const plain = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
