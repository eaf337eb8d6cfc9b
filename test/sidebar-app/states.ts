import type { Page } from "playwright-core";
import type { Opening } from "./desk.ts";
import { REQUESTER } from "./desk.ts";
import {
  aContext,
  ago,
  aLine,
  anIncident,
  aPersonRisk,
  aRequester,
  aRisk,
  calm,
  controls,
  nobody,
  noContext,
} from "./fixtures.ts";
import type { Site } from "./site.ts";

/** Something that an agent can have before them, and how one gets there. */
export interface State {
  readonly name: string;
  readonly opening?: Opening;
  readonly answers?: (site: Site) => void;
  /** Resolves when it is there. */
  readonly show: (page: Page) => Promise<unknown>;
}

const requester =
  (...[changes]: Parameters<typeof aRequester>) =>
  (site: Site) =>
    site.on("GET /requesters", () => ({ body: aRequester(changes) }));
const says = (text: string | RegExp) => (page: Page) =>
  page.getByText(text).first().waitFor({ state: "attached" });
const known = (page: Page) => page.locator(".facts").waitFor();
const dashboard = (site: Site) => {
  site.session = { view: "dashboard" };
};
const press = (page: Page, name: string | RegExp) =>
  page
    .getByRole("button", { name, exact: typeof name === "string" })
    .first()
    .click();
const dialog = (page: Page) => page.getByRole("dialog");
const asks =
  (name: string | RegExp, then: (page: Page) => Promise<unknown> = async () => {}) =>
  async (page: Page) => {
    await press(page, name);
    await dialog(page).waitFor();
    await then(page);
  };

const rendered = {
  subject: "Your exports are being slowed down",
  text: "Spread your calls over a minute and they will go through.",
};
const guard = { reason: "cooldown", kind: "hold", until: null, detail: "Ticket 4711 is open." };
const preview = (guardResult: string, guards: readonly object[]) => (site: Site) =>
  site.on("POST /deliveries", () => ({ body: { guards, guardResult, rendered } }));

const TICKET: readonly State[] = [
  {
    name: "ticket",
    answers: requester({ context: aContext({ incidents: [anIncident()] }) }),
    show: (page) => page.getByText("Session replays").waitFor(),
  },
  {
    name: "calm",
    answers: requester({ personRisk: aPersonRisk(calm), accountRisk: aRisk(calm), context: noContext }),
    show: known,
  },
  {
    name: "unknown",
    answers: (site) => site.on("GET /requesters", () => ({ body: nobody() })),
    show: says(/knows nothing/),
  },
  {
    name: "company-only",
    answers: requester({ person: null, personRisk: null, matchedBy: "domain", context: noContext }),
    show: says(/Only the company is known/),
  },
  {
    name: "paused",
    answers: requester({
      personRisk: aPersonRisk({ controls: { ...controls, paused: true } }),
      context: aContext({ quiet: { reason: "paused", kind: "hold", until: null, detail: "", ticket: null } }),
    }),
    show: says(/Messages are paused/),
  },
  {
    name: "stopped",
    answers: requester({
      personRisk: aPersonRisk({ controls: { ...controls, stoppedAt: ago(0) } }),
      context: aContext({
        quiet: { reason: "opted_out", kind: "stop", until: null, detail: "", ticket: null },
      }),
    }),
    show: says(/gets no more messages/),
  },
  {
    name: "control-group",
    answers: requester({ accountRisk: aRisk({ controlGroup: true }) }),
    show: says(/Control group/),
  },
  {
    name: "loading",
    answers: (site) => site.on("GET /requesters", () => ({ body: aRequester(), after: 3_000 })),
    show: says(/Loading the risk/),
  },
  {
    name: "no-requester",
    opening: { zendesk: { values: { "ticket.requester": null } } },
    show: says(/no requester yet/),
  },
  {
    name: "away",
    answers: (site) => site.on("GET /requesters", () => ({ status: 503, body: {} })),
    show: says(/cannot be reached/),
  },
  {
    name: "away-since",
    async show(page) {
      await known(page);
      await page.route("**/api/v1/requesters*", (route) => route.abort());
      await page.evaluate((user) => {
        const { fakeHost } = window as unknown as { fakeHost: { emit(event: string, data: unknown): void } };
        fakeHost.emit("app.deactivated", user);
        fakeHost.emit("app.activated", user);
      }, REQUESTER);
      await says(/Shown as of/)(page);
    },
  },
  {
    name: "no-permission",
    answers: (site) => site.on("GET /requesters", () => ({ status: 403, body: {} })),
    show: says(/may not see this/),
  },
  {
    name: "not-connected",
    answers(site) {
      site.session = null;
    },
    show: says(/not connected/),
  },
  {
    name: "session-ended",
    answers: (site) => site.refused.add("first"),
    show: says(/session ended/),
  },
  { name: "outside", opening: { zendesk: { absent: true } }, show: says(/inside Zendesk/) },
  {
    name: "zendesk-silent",
    opening: { zendesk: { errors: { "ticket.requester": "no" } } },
    show: says(/Zendesk does not answer/),
  },
  {
    name: "message-shown",
    async show(page) {
      await page.locator(".windowed li").nth(1).getByRole("button").click();
      await page.locator(".event-more .exact").waitFor();
      await page.locator(".windowed").scrollIntoViewIfNeeded();
    },
  },
];

const DIALOGS: readonly State[] = [
  { name: "ask-false-alarm", show: asks("False alarm: API rate limit") },
  { name: "ask-pause", show: asks("Pause messages") },
  { name: "ask-stop", show: asks("Stop for good") },
  { name: "ask-approve", show: asks("Approve") },
  { name: "ask-edit", show: asks("Edit") },
  { name: "ask-reject", show: asks("Reject") },
  { name: "ask-hand-over", show: asks("Hand to the owner") },
  {
    name: "ask-send",
    answers: preview("override", [{ ...guard, overridable: true }]),
    show: asks("Send a message", says(rendered.text)),
  },
  {
    name: "ask-send-never",
    answers: preview("never", [{ ...guard, reason: "opted_out", detail: "", overridable: false }]),
    show: asks("Send a message", says(/cannot be sent/)),
  },
  {
    name: "ask-link",
    answers(site) {
      site.on("GET /requesters", () => ({ body: nobody() }));
      site.on("GET /risks", () => ({
        body: { items: [aLine({ kind: "person", id: "u8", name: "Ines Moreau" })], next: null },
      }));
    },
    show: asks("Link to a known person", async (page) => {
      await dialog(page).getByRole("searchbox").fill("Ines");
      await dialog(page).getByRole("button", { name: "Search" }).click();
      await dialog(page).getByText("Ines Moreau").waitFor();
    }),
  },
  {
    name: "conflict",
    answers: (site) =>
      site.on("POST /persons/*", () => ({
        status: 409,
        body: {
          status: 409,
          detail: "",
          first: { actor: "agent:Omar Haddad (zendesk 78)", at: ago(60_000), action: "person.stop" },
        },
      })),
    show: asks("Pause messages", async (page) => {
      await dialog(page).getByLabel("Reason").fill("They asked for a week of peace.");
      await dialog(page).locator("button[type=submit]").click();
      await says(/was first/)(page);
    }),
  },
  {
    name: "done",
    show: asks("Pause messages", async (page) => {
      await dialog(page).getByLabel("Reason").fill("They asked for a day of peace.");
      await dialog(page).locator("button[type=submit]").click();
      await says(/Messages are paused until/)(page);
    }),
  },
];

const LINES = [
  aLine(),
  aLine({
    id: "globex",
    name: "Globex",
    score: 74,
    band: "alert",
    why: "8 webhooks failed in the last 30 minutes",
  }),
  aLine({
    ...{
      id: "initech",
      name: "Initech",
      score: 68,
      band: "alert",
      why: "the last payment was declined twice",
    },
    ...{ segment: "small", owner: "omar@forestall.example" },
  }),
  aLine({
    id: "umbra",
    name: "Umbra Travel",
    score: 41,
    band: "watch",
    why: "91 % of the API calls of the month are used",
  }),
  aLine({ id: "hooli", name: "Hooli", score: 12, band: "normal", why: "login failed 3 times", owner: null }),
];

const PAGES: readonly State[] = [
  {
    name: "user",
    answers(site) {
      site.session = { view: "user" };
    },
    show: known,
  },
  {
    name: "list",
    answers(site) {
      dashboard(site);
      site.on("GET /risks", () => ({ body: { items: LINES, next: "more" } }));
    },
    show: (page) => page.getByRole("table").waitFor(),
  },
  {
    name: "list-filtered",
    answers(site) {
      dashboard(site);
      site.on("GET /risks", ({ query }) => ({
        body: {
          items: LINES.filter(({ band }) => !query.has("band") || band === query.get("band")),
          next: null,
        },
      }));
    },
    async show(page) {
      await page.getByLabel("Band").selectOption("alert");
      await page.getByRole("button", { name: "Acme" }).waitFor({ state: "detached" });
    },
  },
  {
    name: "list-empty",
    answers(site) {
      dashboard(site);
      site.on("GET /risks", () => ({ body: { items: [], next: null } }));
    },
    show: says(/Nobody is at risk/),
  },
  {
    name: "list-away",
    answers(site) {
      dashboard(site);
      site.on("GET /risks", () => ({ status: 503, body: {} }));
    },
    show: says(/cannot be reached/),
  },
  {
    name: "detail",
    answers: dashboard,
    async show(page) {
      await press(page, "Acme");
      await page.getByRole("heading", { name: "Open matches" }).waitFor();
    },
  },
];

/** Everything at the width of a sidebar; the pages behind the icon in the navigation bar have a whole window. */
export const STATES: readonly (State & { readonly width: number })[] = [
  ...[...TICKET, ...DIALOGS].map((state) => ({ ...state, width: 320 })),
  ...PAGES.map((state) => ({ ...state, width: state.name === "user" ? 320 : 1024 })),
];
