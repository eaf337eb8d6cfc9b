import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { UnitControl } from "../../../server/core/control.ts";
import type { Delivery } from "../../../server/core/delivery.ts";
import type { FeedbackRow } from "../../../server/core/effect.ts";
import type { Match } from "../../../server/core/match.ts";
import type { TenantState } from "../../../server/core/tenant.ts";
import type { PersonState } from "../../../server/core/unit.ts";
import { type Along, Overloaded, type Pipeline } from "../../../server/flow/contract.ts";
import { createApp } from "../../../server/http/app.ts";
import type { Remedy } from "../../../server/http/person/facts.ts";
import {
  createPersonPages,
  createPersonTokens,
  createShortLinks,
  personLinks,
  shortLinkHash,
} from "../../../server/http/person/index.ts";
import { silentLogger } from "../../../server/lib/log.ts";
import { aRunner } from "../../actions/runner.ts";
import { aDelivery, aMatch, aPattern, aPerson, aTenant, NOON } from "../../builders.ts";
import { type FakeClock, fakeClock } from "../../fake-clock.ts";

export const PATTERN = aPattern({ clue: "{count} rate-limit errors{ on endpoint}{ window}" });

/** The page of u1 of tenant t1, with a pipeline that does what a unit would. */
export interface Site {
  readonly url: string;
  readonly clock: FakeClock;
  readonly controls: { readonly control: UnitControl; readonly along: Along | undefined }[];
  readonly tokens: ReturnType<typeof createPersonTokens>;
  tenant: TenantState;
  person: PersonState | null;
  match: Match | null;
  delivery: Delivery;
  feedback: FeedbackRow[];
  failing: boolean;
  remedy: Remedy | null;
  /** Messages that were sent with a short link; none until a test says so. */
  sent: Delivery[];
  /** The links that the message carries. */
  links(): NonNullable<ReturnType<typeof personLinks>>;
  close(): Promise<void>;
}

export async function startSite(requestsPerMinute = 10_000): Promise<Site> {
  const clock = fakeClock(NOON);
  const tokens = createPersonTokens(new Uint8Array(32).fill(7));
  const library = { byId: (id: string) => (id === PATTERN.id ? PATTERN : undefined) };
  const product = {
    name: "Acme Cloud",
    senderName: "Acme Cloud",
    senderEmail: "help@cloud.test",
    supportEmail: "support@cloud.test",
    supportUrl: "https://cloud.test/support",
    logoUrl: "",
    color: "#0a6e4f",
  };
  let server: Server;
  const site: Site = {
    url: "",
    clock,
    controls: [],
    tokens,
    tenant: { ...aTenant({ settings: { product } }), library: library as unknown as TenantState["library"] },
    person: aPerson(),
    match: aMatch(),
    delivery: aDelivery({ status: "sent", sentAt: NOON }),
    feedback: [],
    failing: false,
    remedy: null,
    sent: [],
    links: () => {
      const links = personLinks(tokens, site.url, site.delivery);
      if (links === null) throw new Error("the delivery goes to nobody");
      return links;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  const store = {
    person: async () => site.person,
    delivery: async () => site.delivery,
    match: async () => site.match,
    feedback: async () => ({ rows: site.feedback, next: null }),
  };
  const pipeline: Pick<Pipeline, "tenant" | "control"> = {
    tenant: (id) => (id === "t1" ? site.tenant : null),
    async control(_tenant, _target, control, along) {
      if (site.failing) throw new Overloaded(503, 5, "the store takes no writes");
      site.controls.push({ control, along });
      apply(site, control);
      return { seq: site.controls.length, effects: [] };
    },
  };
  const pages = createPersonPages({
    store,
    pipeline,
    actions: aRunner({ store, pipeline, now: clock.now }),
    remedy: async () => site.remedy,
    tokens,
    clock,
    log: silentLogger,
    requestsPerMinute,
  });
  const shorts = createShortLinks({
    store: {
      async behindShortLink(hash) {
        const found = site.sent.find(({ tenant, id }) => shortLinkHash(tokens.short(tenant, id)) === hash);
        return found === undefined ? null : { tenant: found.tenant, delivery: found.id };
      },
      delivery: async (tenant, id) =>
        site.sent.find((each) => each.tenant === tenant && each.id === id) ?? null,
    },
    tokens,
    clock,
    log: silentLogger,
    requestsPerMinute,
  });
  const mounts = [
    { path: "/p", handler: pages },
    { path: "/s", handler: shorts },
  ];
  server = createServer(createApp({ mounts, log: silentLogger, trustProxy: false }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  Object.assign(site, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return site;
}

function apply(site: Site, control: UnitControl): void {
  const { person } = site;
  if (control.kind === "feedback") {
    const { match, delivery, answer, stars } = control;
    const id = `f${site.feedback.length}`;
    site.feedback.push({
      id,
      tenant: "t1",
      match,
      delivery,
      person: control.person,
      at: site.clock.now(),
      answer,
      stars,
    });
  }
  if (control.kind !== "preference" || person === null) return;
  const { change } = control;
  if (change.kind === "stop") person.stoppedAt = site.clock.now();
  if (change.kind === "resume") person.stoppedAt = null;
  if (change.kind === "snooze") person.snoozedUntil = change.until;
  if (change.kind === "prefer") person.preferred = change.channel;
  if (change.kind === "consent") person.consent = { ...person.consent, [change.channel]: change.given };
  if (change.kind === "channel") {
    const others = person.channelsOff.filter((kind) => kind !== change.channel);
    person.channelsOff = change.on ? others : [...others, change.channel];
  }
}
