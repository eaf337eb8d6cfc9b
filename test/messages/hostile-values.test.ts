import { describe, expect, it } from "vitest";
import type { EventData } from "../../server/core/event.ts";
import { compileText } from "../../server/messages/liquid.ts";
import { loadMessages, type RenderInput } from "../../server/messages/render.ts";
import { colorsOf, mailAddress, oneLine, webAddress } from "../../server/messages/safe.ts";
import { TEMPLATE_INJECTIONS, XSS } from "./payloads.ts";
import { anInput, EVIDENCE, fullSettings } from "./sample.ts";

const messages = loadMessages();

/** The same message with one text in every place that comes from outside. */
function filledWith(text: string, template: string, channel: RenderInput["channel"]): RenderInput {
  const values: EventData = Object.fromEntries(Object.keys(EVIDENCE).map((name) => [name, text]));
  const settings = fullSettings(messages);
  return anInput(messages, {
    template,
    channel,
    values: { ...values, updateUrl: text },
    settings: {
      ...settings,
      productName: text,
      senderName: text,
      logoUrl: text,
      color: text,
      supportUrl: text,
    },
    recipient: { preferredName: text },
    why: { clue: text, sureness: text, aim: text },
    alert: {
      title: text,
      score: 1,
      owner: text,
      firstAction: text,
      playbook: text,
      customer: text,
      due: text,
      url: text,
    },
  });
}

/** Names of the tags and attributes of a page, in order: what a text must never be able to change. */
function skeletonOf(html: string): string {
  const tags = html.match(/<[^>]*>/g) ?? [];
  return tags.map((tag) => tag.replaceAll(/"[^"]*"/g, '""').replaceAll(/\s+/g, " ")).join("");
}

function htmlOf(input: RenderInput): string {
  const result = messages.render(input);
  if (result.kind !== "email" && result.kind !== "human") throw new Error(result.kind);
  return result.html;
}

describe("a text from outside", () => {
  it("comes in at least a hundred hostile shapes", () => {
    expect(new Set(XSS).size).toBeGreaterThanOrEqual(100);
  });

  it("never becomes markup in an email, whatever template it meets", () => {
    for (const [id, { links }] of messages.templates) {
      if (links.length === 0) continue;
      const wanted = skeletonOf(htmlOf(filledWith("harmless", id, "email")));
      for (const payload of XSS) {
        expect(skeletonOf(htmlOf(filledWith(payload, id, "email"))), `${id}: ${payload}`).toBe(wanted);
      }
    }
  });

  it("never becomes markup in a message to a colleague", () => {
    const wanted = skeletonOf(htmlOf(filledWith("harmless", "low-health", "human.csm")));

    for (const payload of XSS) {
      expect(skeletonOf(htmlOf(filledWith(payload, "low-health", "human.csm"))), payload).toBe(wanted);
    }
  });

  it("never becomes markup when a colleague wrote it in a review", () => {
    const edited = (text: string): string => htmlOf(anInput(messages, { text }));
    const wanted = skeletonOf(edited("harmless"));

    for (const payload of XSS) expect(skeletonOf(edited(`${payload}`)), payload).toBe(wanted);
  });

  it("would be noticed: the check fails for an unescaped text", () => {
    const html = htmlOf(anInput(messages));

    expect(skeletonOf(html.replace("Hello Ana,", "Hello <b>Ana</b>,"))).not.toBe(skeletonOf(html));
    expect(skeletonOf(html.replace("<a href=", "<a onclick=x href="))).not.toBe(skeletonOf(html));
  });

  it("never becomes an address that a browser would run", () => {
    for (const payload of XSS) {
      const html = htmlOf(filledWith(payload, "payment-failed", "email"));
      const addresses = [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, url]) => url ?? "");

      expect(addresses.length).toBeGreaterThan(8);
      for (const url of addresses) expect(url, payload).toMatch(/^(https?:\/\/|mailto:)/);
    }
  });

  it("never becomes an address in the product", () => {
    for (const payload of XSS) {
      const shown = messages.render(filledWith(payload, "payment-failed", "in_app.message"));
      if (shown.kind !== "in_app") throw new Error(shown.kind);
      const links = [shown.remedy, shown.person, ...shown.feedback, ...shown.controls];

      for (const { url } of links) expect(url, payload).toMatch(/^(https?:\/\/|mailto:)/);
    }
  });

  it("never becomes a second header, and leaves an SMS one SMS", () => {
    for (const payload of XSS) {
      const mail = messages.render(filledWith(payload, "integration-disconnect", "email"));
      const sms = messages.render(filledWith(payload, "integration-disconnect", "sms"));
      if (mail.kind !== "email" || sms.kind !== "sms") throw new Error("wrong kind");

      for (const line of [mail.subject, ...Object.values(mail.headers)]) expect(line).not.toMatch(/[\r\n]/);
      expect(sms.text.length, sms.text).toBeLessThanOrEqual(160);
      expect(sms.text).toMatch(/\nReply STOP to end$/);
    }
  });

  it("is never taken for a template", () => {
    for (const injection of TEMPLATE_INJECTIONS) {
      const mail = messages.render(
        anInput(messages, {
          template: "integration-disconnect",
          values: { integration: injection },
          recipient: { preferredName: injection },
          why: { clue: injection, sureness: injection },
        }),
      );
      if (mail.kind !== "email") throw new Error(mail.kind);

      expect(mail.text).toContain(`Hello ${oneLine(injection, 60)},`);
      expect(mail.text).not.toContain("1337");
      expect(mail.text).not.toContain("root:");
    }
  });
});

describe("templates", () => {
  it("are stopped when they eat time or memory", () => {
    const greedy = compileText("{% for i in (1..100000000) %}{{ i }}{% endfor %}");

    expect(() => greedy({})).toThrow();
  });

  it("read no file and no prototype", () => {
    expect(() => compileText("{% include 'common.yaml' %}")({})).toThrow();
    expect(compileText("[{% if x.constructor %}yes{% else %}no{% endif %}]")({ x: {} })).toBe("[no]");
  });

  it("fail on a variable that is not there, unless they ask first", () => {
    expect(() => compileText("{{ data.nothing }}")({ data: {} })).toThrow(/undefined variable/);
    expect(compileText("{% if data.nothing %}x{% endif %}{{ data.no | default: 1 }}")({ data: {} })).toBe(
      "1",
    );
  });
});

describe("safe", () => {
  it("opens http and https and nothing else", () => {
    expect(webAddress("https://a.example/x?y=1&z='\"<")).toBe("https://a.example/x?y=1&z=%27%22%3C");
    for (const bad of [
      "javascript:alert(1)",
      "ftp://a",
      "https://u:p@a.example",
      "a.example",
      "",
      undefined,
    ]) {
      expect(webAddress(bad)).toBeNull();
    }
  });

  it("takes an address of one mailbox and nothing around it", () => {
    expect(mailAddress("help+x@acme.example")).toBe("help+x@acme.example");
    for (const bad of ["a@b.c,d@e.f", "a@b.c\r\nBcc: x@y.z", "<a@b.c>", "a@b.c?cc=x", "a", undefined]) {
      expect(mailAddress(bad)).toBeNull();
    }
  });

  it("chooses black or white text, whichever can be read better", () => {
    expect(colorsOf("#000000").onColor).toBe("#ffffff");
    expect(colorsOf("#ffffff").onColor).toBe("#000000");
    expect(colorsOf("red;}</style>").color).toBe("#1f5fbf");
  });
});
