import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clueOf, surenessOf } from "../../server/core/explain.ts";
import type { Channel, Pattern } from "../../server/core/pattern.ts";
import { MATRIX } from "../../server/core/policy/ladder.ts";
import { gsm7Length, isGsm7 } from "../../server/messages/gsm7.ts";
import {
  loadMessages,
  messageSettings,
  NotReady,
  RENDERED_CHANNELS,
  type Rendered,
  type RenderedEmail,
  type RenderedHuman,
  type RenderedInApp,
  type RenderedSms,
  type RenderInput,
} from "../../server/messages/render.ts";
import { loadShipped } from "../../server/patterns/load.ts";
import { aSettings, NOON } from "../builders.ts";
import { anInput, EVIDENCE, fullSettings, PERSON } from "./sample.ts";

const patterns = loadShipped().patterns;
const messages = loadMessages();

/** Every channel that the policy can choose for a pattern: its own list, the matrix row, watch, and a person. */
function channelsOf(pattern: Pattern): readonly Channel[] {
  const row = MATRIX[pattern.issue];
  const own = pattern.channels ?? row.messages;
  const watch = pattern.watch.map((name) => (name === "csm" ? "human.csm" : name)) as Channel[];
  const all = pattern.alertOnly ? [...own, row.human] : [...own, ...row.messages, ...watch, row.human];
  return [...new Set(all)];
}

function rendered<K extends Rendered["kind"]>(
  kind: K,
  changes: Partial<RenderInput> = {},
): Rendered & { kind: K } {
  const result = messages.render(anInput(messages, changes));
  if (result.kind !== kind) throw new Error(`rendered ${result.kind}`);
  return result as Rendered & { kind: K };
}
const email = (changes: Partial<RenderInput> = {}): RenderedEmail => rendered("email", changes);
const sms = (changes: Partial<RenderInput> = {}): RenderedSms =>
  rendered("sms", { channel: "sms", ...changes });
const inApp = (changes: Partial<RenderInput> = {}): RenderedInApp =>
  rendered("in_app", { channel: "in_app.banner", ...changes });
const human = (changes: Partial<RenderInput> = {}): RenderedHuman =>
  rendered("human", { channel: "human.l2", ...changes });

function textsOf(result: Rendered): readonly string[] {
  switch (result.kind) {
    case "email":
      return [result.subject, result.text, result.html];
    case "sms":
      return [result.text];
    case "in_app":
      return [result.title, result.body, result.remedy.label, result.why.text, ...result.steps];
    case "human":
      return [result.subject, result.text, result.html];
  }
}

describe("every shipped pattern", () => {
  for (const [what, values] of [
    ["with all its evidence", EVIDENCE],
    ["with no evidence at all", {}],
  ] as const) {
    it(`has a message on every channel that can be chosen for it, ${what}`, () => {
      const settings = fullSettings(messages);
      for (const pattern of patterns) {
        const clue = clueOf(
          pattern,
          { count: 12, data: values, firstAt: NOON - 900_000, lastSeen: NOON },
          NOON,
        );
        for (const channel of channelsOf(pattern)) {
          const where = `${pattern.id} on ${channel}`;
          expect(messages.ready(pattern.message, channel, settings), where).toBeNull();
          const why = { clue, sureness: surenessOf(pattern) };
          const result = messages.render(
            anInput(messages, { template: pattern.message, channel, values, why }),
          );
          for (const text of textsOf(result)) {
            expect(text, where).not.toMatch(/\{\{|\{%|undefined|null|NaN|\[object|\(\)| ,| \.(\s|$)/);
            expect(text.trim(), where).not.toBe("");
          }
        }
      }
    });
  }

  it("fits into one SMS, in the alphabet of SMS, with the person's own page and a way to stop", () => {
    for (const { id, kind } of messages.templates.values()) {
      if (kind === "alert") continue;
      const { text } = sms({ template: id });

      expect(gsm7Length(text), text).toBeLessThanOrEqual(160);
      expect(isGsm7(text), text).toBe(true);
      expect(text.match(/https?:\/\/\S+$/gm), text).toContain(PERSON.short);
      expect(text.match(/https?:\/\//g)?.length, text).toBeLessThanOrEqual(2);
      expect(text).toMatch(/^Acme Cloud: .+\nReply STOP to end$/s);
    }
  });

  it("speaks briefly in the product", () => {
    for (const { id, kind } of messages.templates.values()) {
      if (kind === "alert") continue;
      const { title, body } = inApp({ template: id });

      expect(title.length, id).toBeLessThanOrEqual(60);
      expect(body.length, id).toBeLessThanOrEqual(200);
    }
  });

  it("comes in the five kinds of help, and in words for colleagues", () => {
    expect(new Set([...messages.templates.values()].map(({ kind }) => kind))).toEqual(
      new Set([
        "article_push",
        "error_explanation",
        "configuration_guidance",
        "usage_warning",
        "onboarding_help",
        "alert",
      ]),
    );
  });

  it("tells of an incident without a status page too: the button then leads to a person", () => {
    const { statusPage: _none, ...links } = fullSettings(messages).links;
    const settings = { ...fullSettings(messages), links };
    const banner = inApp({ template: "incident-notice", channel: "broadcast", settings, values: {} });
    const text = sms({ template: "account-incident", settings, person: null }).text;

    expect(messages.ready("incident-notice", "broadcast", settings)).toBeNull();
    expect(banner.remedy).toEqual({ label: "Talk to a person", url: "mailto:help@acme.example" });
    expect(banner.body).toContain("there is nothing you need to do");
    expect(text).toBe(
      "Acme Cloud: many people of your team have trouble right now. Did anything change on your side?\nOr write to help@acme.example\nReply STOP to end",
    );
  });

  it("leads from an incident to the status page where there is one", () => {
    const links = { ...fullSettings(messages).links, statusPage: "https://status.acme.example/" };
    const settings = { ...fullSettings(messages), links };

    expect(inApp({ template: "incident-notice", channel: "broadcast", settings }).remedy).toEqual({
      label: "See the status",
      url: "https://status.acme.example/",
    });
  });

  it("uses every template somewhere, besides the general one and those of incidents", () => {
    const used = new Set([
      ...patterns.map(({ message }) => message),
      "general-help",
      "incident-notice",
      "account-incident",
    ]);

    expect(new Set(messages.templates.keys())).toEqual(used);
  });
});

describe("an email", () => {
  it("says what was seen, the aim, how sure we are, and offers one remedy and a person", () => {
    const { text, subject } = email();

    expect(subject).toBe("Some of your API calls are being refused");
    expect(text).toContain("Hello Ana,");
    expect(text).toContain("We saw 12 rate-limit errors on /v1/export in the last hour.");
    expect(text).toContain("Our aim is to help you get back under the rate limit");
    expect(text).toContain("We are fairly sure.");
    expect(text.match(/app\.acme\.example/g)).toHaveLength(1);
    expect(text).toContain("You can always talk to a person: help@acme.example");
  });

  it("carries every control in both parts", () => {
    const { html, text } = email();
    const controls = [
      PERSON.why,
      PERSON.snooze,
      PERSON.preferences,
      PERSON.stop,
      ...(["yes", "no", "not_mine", "someone_else"] as const).map(PERSON.feedback),
    ];

    for (const url of controls) {
      expect(html).toContain(`href="${url}"`);
      expect(text).toContain(url);
    }
  });

  it("asks whether somebody else handles it only when it is about the account", () => {
    expect(email({ about: "account" }).text).toContain("Someone else handles this");
    expect(email({ about: "person" }).text).not.toContain("Someone else handles this");
  });

  it("can be stopped with one click from the mail program", () => {
    expect(email().headers).toEqual({
      "List-Unsubscribe": "<https://f.example/p/token/one-click>",
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      "Auto-Submitted": "auto-generated",
    });
  });

  it("greets without a name when there is none", () => {
    expect(email({ recipient: {} }).text).toMatch(/^Hello,\n/);
  });

  it("shows the logo in place of the name, and a button text that can be read on the colour", () => {
    const settings = fullSettings(messages, { logoUrl: "https://acme.example/logo.png", color: "#ffee00" });
    const { html } = email({ settings });

    expect(html).toMatch(/<img[^>]+alt="Acme Cloud"[^>]+src="https:\/\/acme\.example\/logo\.png"/);
    expect(html).toMatch(/background:#ffee00;color:#000000/);
    expect(email().html).toMatch(/background:#1f5fbf;color:#ffffff/);
  });

  it("loads nothing from anywhere but the tenant's logo", () => {
    const { html } = email();

    expect(html).not.toMatch(/<(img|script|link|iframe|object)\b|@import|url\(/i);
  });

  it("uses the exact page of the case when the evidence names a safe one", () => {
    const invoice = "https://pay.example/i/42";
    const change = { template: "payment-failed", values: { updateUrl: invoice } };

    expect(email(change).html).toContain(`href="${invoice}"`);
    for (const updateUrl of [
      "javascript:alert(1)",
      "data:text/html,x",
      "//evil",
      "https://user:pw@evil.example/",
    ]) {
      const { html } = email({ ...change, values: { updateUrl } });
      expect(html).toContain('href="https://app.acme.example/billing"');
      expect(html).not.toContain("evil");
      expect(html).not.toContain("javascript:");
    }
  });

  it("carries what a colleague wrote in a review instead of the template's text", () => {
    const { text } = email({
      text: "Dear Ana, I looked at it myself.\n\nIt is the key of your test system.",
    });

    expect(text).toContain("I looked at it myself.\n\nIt is the key");
    expect(text).not.toContain("It looks like some of your API calls");
    expect(text).toContain("Was this helpful?");
  });

  it("is not made without the links of the person's page", () => {
    expect(() => email({ person: null })).toThrow(NotReady);
  });

  it("keeps line breaks out of the subject", () => {
    const values = { integration: "x\r\nBcc: everyone@example.org\r\n\r\nhello" };
    const { subject, headers } = email({ template: "integration-disconnect", values });

    expect(subject).not.toMatch(/[\r\n]/);
    for (const value of Object.values(headers)) expect(value).not.toMatch(/[\r\n]/);
  });
});

describe("an SMS", () => {
  it("leads to the remedy and to the person's own page where both fit", () => {
    const links = { passwordReset: "https://acme.example/pw" };
    const settings = fullSettings(messages, { productName: "Acme", links });

    expect(sms({ template: "login-trouble", settings }).text).toBe(
      "Acme: a few sign-ins failed. If it was you, set a new password: https://acme.example/pw\nWhy: https://f.example/s/abcdefghijklmnopqrstuv\nReply STOP to end",
    );
  });

  it("leads to the person's own page, which offers the remedy too, where one address fits", () => {
    expect(sms({ template: "login-trouble" }).text).toBe(
      "Acme Cloud: a few sign-ins failed. If it was you, set a new password: https://f.example/s/abcdefghijklmnopqrstuv\nOr write to help@acme.example\nReply STOP to end",
    );
  });

  it("to somebody without a page leads to the remedy, and names a mailbox where it fits", () => {
    expect(sms({ template: "login-trouble", person: null }).text).toBe(
      "Acme Cloud: a few sign-ins failed. If it was you, set a new password: https://app.acme.example/passwordReset\nOr write to help@acme.example\nReply STOP to end",
    );
  });

  it("takes the tenant's page and not the long one of the evidence", () => {
    const values = { updateUrl: `https://pay.example/${"x".repeat(200)}` };

    expect(sms({ template: "payment-failed", values, person: null }).text).toContain(
      "https://app.acme.example/billing",
    );
  });

  it("keeps its page, its way to stop and its alphabet, whatever the words and addresses are", () => {
    const name = fc.string({ unit: "grapheme", maxLength: 40 }).filter((text) => text.trim() !== "");
    const path = fc.stringMatching(/^[a-z0-9/_~-]{0,120}$/);
    const base = fc.stringMatching(/^[a-z]{1,30}$/);
    const texts = fc.option(fc.string({ unit: "grapheme", maxLength: 200 }), { nil: undefined });
    fc.assert(
      fc.property(name, path, base, texts, (productName, way, host, text) => {
        const page = `https://${host}.example/s/abcdefghijklmnopqrstuv`;
        const links = { passwordReset: `https://app.example/${way}` };
        const settings = { ...fullSettings(messages), productName, links };
        const person = { ...PERSON, short: page };
        const own = text === undefined || text.trim() === "" ? {} : { text };
        const written = sms({ template: "login-trouble", settings, person, ...own }).text;

        expect(gsm7Length(written)).toBeLessThanOrEqual(160);
        expect(isGsm7(written)).toBe(true);
        expect(written.split("\n").some((line) => line.endsWith(page))).toBe(true);
        expect(written.endsWith("\nReply STOP to end")).toBe(true);
      }),
      { seed: 20, numRuns: 300 },
    );
  });

  it("spells foreign characters so that one SMS stays one SMS", () => {
    const settings = fullSettings(messages, { productName: "Łódź “Cloud” 🚀 – Pro" });
    const { text } = sms({ settings });

    expect(isGsm7(text)).toBe(true);
    expect(gsm7Length(text)).toBeLessThanOrEqual(160);
    expect(text).toMatch(/^Lodz "Cloud" /);
  });

  it("shortens what a colleague wrote at a word, and keeps link and stop", () => {
    const { text } = sms({ text: "I looked at it myself and ".repeat(20) });

    expect(gsm7Length(text)).toBeLessThanOrEqual(160);
    expect(text).toMatch(/\.\.\. https:\/\/f\.example\/s\/\w{22}\n/);
    expect(text).toMatch(/Reply STOP to end$/);
  });
});

describe("an in-app message", () => {
  it("is plain data: texts and checked addresses", () => {
    expect(inApp()).toEqual({
      kind: "in_app",
      form: "banner",
      title: "You are hitting the rate limit",
      body: "Some of your API calls to /v1/export are being refused because too many arrive at once. A short pause between calls solves it.",
      steps: [],
      remedy: { label: "See how to solve it", url: "https://app.acme.example/rateLimitGuide" },
      why: {
        label: "Why you got this",
        text: "We saw 12 rate-limit errors on /v1/export in the last hour. Our aim is to help you get back under the rate limit before it holds up your work. We are fairly sure.",
        url: PERSON.why,
      },
      question: "Was this helpful?",
      feedback: [
        { answer: "yes", label: "Yes", url: PERSON.feedback("yes") },
        { answer: "no", label: "No", url: PERSON.feedback("no") },
        { answer: "not_mine", label: "I do not have this problem", url: PERSON.feedback("not_mine") },
        { answer: "someone_else", label: "Someone else handles this", url: PERSON.feedback("someone_else") },
      ],
      person: { label: "Talk to a person", url: "mailto:help@acme.example" },
      controls: [
        { label: "Snooze", url: PERSON.snooze },
        { label: "Choose how we reach you", url: PERSON.preferences },
        { label: "Stop these messages", url: PERSON.stop },
      ],
    });
  });

  it("takes the form of its channel", () => {
    for (const form of ["tooltip", "banner", "prompt", "notification", "message", "guide"] as const) {
      expect(inApp({ channel: `in_app.${form}` }).form).toBe(form);
    }
    expect(inApp({ template: "incident-notice", channel: "broadcast" }).form).toBe("banner");
  });

  it("walks through steps in a guide", () => {
    expect(inApp({ template: "setup-config-error", channel: "in_app.guide" }).steps).toHaveLength(3);
  });

  it("shows an anonymous session no personal link, no name and no hint that an account exists", () => {
    const prompt = inApp({
      template: "login-trouble",
      channel: "in_app.prompt",
      person: null,
      recipient: {},
      about: "person",
      why: { clue: "3 failed sign-ins in the last 8 minutes", sureness: "We are fairly sure." },
    });

    expect([prompt.feedback, prompt.controls, prompt.why.url]).toEqual([[], [], null]);
    // A question that nobody can answer is not asked.
    expect(prompt.question).toBeNull();
    expect(prompt.body).not.toMatch(/your account|locked|exist/i);
  });
});

describe("a message to a colleague", () => {
  it("says who, what was seen, the first action, what to offer, the playbook and until when", () => {
    const { subject, text, html } = human();

    expect(subject).toBe("API rate limit accumulation (score 85)");
    for (const part of [
      "Acme",
      "12 rate-limit errors",
      "Look at the endpoint.",
      "Offer a temporary raise",
      "today 14:05",
    ])
      expect(text).toContain(part);
    expect(html).toContain('href="https://f.example/alerts/1"');
  });

  it("needs no setting of the tenant", () => {
    expect(messages.ready("low-health", "human.csm", { productName: "", links: {} })).toBeNull();
  });
});

describe("ready", () => {
  it("names what is missing, in the words of the settings", () => {
    const settings = fullSettings(messages);
    const without = { ...settings, links: {} };

    expect(messages.ready("nothing", "email", settings)).toBe('there is no template "nothing"');
    expect(messages.ready("api-rate-limit", "email", without)).toBe(
      "links.rateLimitGuide is not set to a web address",
    );
    expect(messages.ready("api-rate-limit", "voice", settings)).toBe("templates have no words for voice");
    expect(messages.ready("low-health", "email", settings)).toBe(
      '"low-health" has words for colleagues only',
    );
    expect(messages.ready("api-rate-limit", "email", { ...settings, productName: " " })).toContain(
      "product's name",
    );
    expect(messages.ready("api-rate-limit", "sms", { productName: "A", links: settings.links })).toContain(
      "supportUrl or supportEmail",
    );
  });

  it("takes no link that a browser would run instead of open", () => {
    for (const rateLimitGuide of [
      "javascript:alert(1)",
      "JaVaScRiPt:alert(1)",
      "data:text/html,x",
      "/relative",
      "mailto:a@b.c",
    ]) {
      expect(
        messages.ready("api-rate-limit", "email", fullSettings(messages, { links: { rateLimitGuide } })),
      ).toContain("is not set to a web address");
    }
  });

  it("lists everything that a new tenant has to set, and nothing once it is set", () => {
    const nothing = messages.notReady({ productName: "", links: {} });

    expect(nothing.get("payment-failed|sms")).toContain("product's name");
    expect([...nothing.keys()].some((key) => key.endsWith("human.csm"))).toBe(false);
    const left = messages.notReady(fullSettings(messages));
    expect([...left.values()].every((reason) => reason.endsWith("words for colleagues only"))).toBe(true);
  });

  it("is what render goes by", () => {
    const settings = fullSettings(messages, { links: {} });

    expect(() => email({ settings })).toThrow("links.rateLimitGuide is not set to a web address");
  });

  it("reads a tenant's settings, where empty means missing", () => {
    expect(messageSettings(aSettings())).toEqual({ productName: "", color: "#1f5fbf", links: {} });
  });
});

describe("versions and locales", () => {
  it("gives every template a version by its content", () => {
    const versions = [...messages.templates.values()].map(({ version }) => version);

    expect(new Set(versions).size).toBe(versions.length);
    for (const version of versions) expect(version).toMatch(/^[0-9a-f]{12}$/);
  });

  it("gives the same versions when loaded again", () => {
    const again = loadMessages();

    expect([...again.templates]).toEqual([...messages.templates]);
  });

  it("falls back to English", () => {
    for (const locale of ["de-AT", "xx", "", null, "../../etc"]) {
      expect(email({ locale }).text).toContain("Hello Ana");
    }
  });

  it("has words for every channel of a person's ladder", () => {
    for (const { messages: own, human: last } of Object.values(MATRIX)) {
      for (const channel of [...own, last]) expect(RENDERED_CHANNELS).toContain(channel);
    }
  });
});

describe("docs/messages.md", () => {
  it("explains every link that a template asks for, and no other", () => {
    const page = readFileSync(new URL("../../docs/messages.md", import.meta.url), "utf8");
    const table = page.slice(page.indexOf("| link |"), page.indexOf("## Channels"));
    const explained = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, key]) => key);

    expect(explained).toEqual(
      [...new Set([...messages.templates.values()].flatMap(({ links }) => links))].sort(),
    );
  });
});
