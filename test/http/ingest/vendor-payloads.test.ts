import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { admit } from "../../../server/core/vocabulary.ts";
import {
  type Post,
  segmentPost,
  sendgridPost,
  sentryPost,
  stripePost,
  twilioPost,
  zendeskPost,
} from "../../fixtures/sign.ts";
import { beside } from "../../support/beside.ts";
import { basic, type Harness, PUBLIC_URL, SECRETS, startHarness, TOKENS } from "./harness.ts";

/** What vendors document or really sent, where the machine has a folder of it. */
const FOLDER = beside("vendor-payloads");
const SYSTEMS = ["stripe", "sentry", "zendesk", "segment", "sendgrid", "twilio"];
const files = FOLDER === undefined ? [] : readdirSync(FOLDER).filter((name) => systemOf(name) !== undefined);

function systemOf(file: string): string | undefined {
  return file.endsWith(".json") ? SYSTEMS.find((system) => file.startsWith(`${system}-`)) : undefined;
}

let server: Harness;
beforeAll(async () => {
  server = await startHarness({
    persons: { "email:example@test.com": "u-1", "phone:+15555550123": "u-2" },
  });
});
afterAll(() => server.close());

const TWILIO = "/receipts/acme/twilio";

function postOf(file: string, text: string): { readonly path: string; readonly post: Post } {
  const now = Date.now();
  const system = systemOf(file) ?? "";
  switch (system) {
    case "stripe":
      return { path: "/webhooks/acme/stripe", post: stripePost(text, SECRETS.stripe, now) };
    case "zendesk":
      return { path: "/webhooks/acme/zendesk", post: zendeskPost(text, SECRETS.zendesk, now) };
    case "segment":
      return { path: "/webhooks/acme/segment", post: segmentPost(text, SECRETS.segment) };
    case "sendgrid":
      return { path: "/receipts/acme/sendgrid", post: sendgridPost(text, server.keys, now) };
    case "twilio":
      return { path: TWILIO, post: twilioPost(formOf(text), SECRETS.twilio, PUBLIC_URL + TWILIO) };
    default:
      return sentryOf(file, text);
  }
}

function sentryOf(file: string, text: string) {
  if (file.includes("legacy")) {
    const query = "?token=token-of-the-legacy-plugin";
    return { path: "/webhooks/acme/sentry/legacy", post: { headers: {}, body: text, query } };
  }
  const named = ["installation", "issue", "metric-alert", "comment"].find((resource) =>
    file.includes(resource),
  );
  const resource = (named ?? "event_alert").replace("-", "_");
  // One collection of examples writes the action behind the resource.
  const header = file.includes("modelled") ? `${resource}.assigned` : resource;
  return { path: "/webhooks/acme/sentry", post: sentryPost(text, SECRETS.sentry, header) };
}

/** The examples hold what the form says, decoded; what is no text there would be none in a form. */
function formOf(text: string): Record<string, string> {
  const fields = Object.entries(JSON.parse(text)).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(fields) as Record<string, string>;
}

const effects = () => server.events.length + server.controls.length;

/** Files that say nothing about a customer, or share an id with another: they are acknowledged, and that is all. */
const NOTHING =
  /installation|comment-created|assigned|mobile-push|invoice-(created|paid|payment)|setup-intent|call-|message-inbound|status-delivered|custom-args|ab-test|category-string|delivered|open|reserved|single-send|unique-args|identify-full/;

describe.skipIf(files.length === 0)("what vendors really send", () => {
  it("is there for all six systems", () => {
    expect(new Set(files.map(systemOf)).size).toBe(6);
  });

  it.each(files)("%s is taken twice, with one effect", async (file) => {
    const { path, post } = postOf(file, readFileSync(join(FOLDER ?? "", file), "utf8"));
    const before = effects();
    const first = await server.post(path, post);
    const between = effects();

    const second = await server.post(path, post);

    expect([first.status, second.status]).toEqual([200, 200]);
    expect(effects()).toBe(between);
    if (!NOTHING.test(file) || file.startsWith("zendesk-event-ticket"))
      expect(between).toBeGreaterThan(before);
    expect(server.along.filter(({ deadLetter }) => deadLetter !== undefined)).toEqual([]);
  });

  it.each(files.filter((file) => file.startsWith("segment-")))("%s comes over the API too", async (file) => {
    const body = readFileSync(join(FOLDER ?? "", file), "utf8");
    const headers = { "content-type": "application/json", ...basic(TOKENS.write) };

    const answer = await server.send({ path: "/v1/batch", headers, body: `{"batch":[${body}]}` });

    expect(answer).toMatchObject({ status: 200, json: { success: true } });
  });

  it("leaves no address of a machine, no card and nobody's words in an event", () => {
    const kept = JSON.stringify(
      server.events.map(({ id, type, data }) => ({ id, type, data: admit(type, data) })),
    );

    expect(kept).not.toMatch(/\b\d{1,3}(\.\d{1,3}){3}\b/);
    expect(kept).not.toMatch(/@|4242|charged twice|cannot login/i);
  });
});
