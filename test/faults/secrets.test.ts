import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApp } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { sendgridKeys } from "../fixtures/sign.ts";
import { adminOf } from "../support/acting.ts";

/* Twenty secrets that a server holds, and every place where one could come to light. */

const MAIN = fileURLToPath(new URL("../../server/main.ts", import.meta.url));
/** Makes the server die of an error nobody foresaw, as late as a test likes. */
const CRASH = 'process.on("SIGUSR2", () => { throw new Error("dead on purpose"); });';
const BY = { actor: "test", reason: "canaries" };
const KEY = Buffer.from("canary-of-32-bytes-secret-key-00");

const folder = mkdtempSync(join(tmpdir(), "forestall-canary-"));
const environment = {
  FORESTALL_DATA: folder,
  FORESTALL_SECRET_KEY: KEY.toString("base64"),
  FORESTALL_ALLOW_LOOPBACK_PROVIDERS: "1",
  PORT: "0",
  LOG_LEVEL: "trace",
};
const canaries = new Map<string, string>();
/** What came out of the server, by where. */
const seen = new Map<string, string>();

/** A tenant with all that is secret about it. */
async function furnish(): Promise<void> {
  const { config } = loadConfig(environment, process.cwd());
  const app = await openApp(config, { purpose: "a test", log: silentLogger });
  const admin = adminOf(app);
  canaries.set("secret key", environment.FORESTALL_SECRET_KEY);
  canaries.set("secret key as it is", KEY.toString());
  canaries.set("secret key in hex", KEY.toString("hex"));
  const made = await admin.createTenant("acme", {}, BY);
  for (const [role, token] of Object.entries(made.tokens)) canaries.set(`token ${role}`, token);
  canaries.set("identity secret", made.identitySecret);
  for (const role of ["write", "agent", "ops", "admin", "public", "analyst", "privacy"] as const) {
    canaries.set(`second token ${role}`, (await admin.createToken("acme", { role }, BY)).token);
  }
  for (const system of ["stripe", "sentry", "zendesk", "segment"]) {
    const secret = `${system === "stripe" ? "whsec_" : ""}canary${system}0123456789abcdef`;
    await admin.addSource("acme", { system, secrets: [secret] }, BY);
    canaries.set(`secret of ${system}`, secret);
  }
  const apiKey = "SG.canary-sendgrid.0123456789abcdef";
  const webhookKeys = [sendgridKeys().publicKey];
  const sendgrid = { apiKey, webhookKeys, baseUrl: "http://127.0.0.1:9" };
  await admin.saveChannel("acme", { system: "sendgrid", settings: sendgrid }, BY);
  canaries.set("key of SendGrid", apiKey);
  const authToken = "cafe0123456789abcdefcafe01234567";
  const twilio = { accountSid: `AC${"0".repeat(32)}`, authToken, from: "+15551234567" };
  await admin.saveChannel("acme", { system: "twilio", settings: twilio }, BY);
  canaries.set("token of Twilio", authToken);
  await app.close();
}

function start(changes: { readonly [name: string]: string } = {}): {
  readonly child: ChildProcess;
  readonly url: Promise<string>;
  readonly output: Promise<string>;
} {
  const flags = ["--import", `data:text/javascript,${encodeURIComponent(CRASH)}`, MAIN, "serve"];
  const env = { ...process.env, ...environment, ...changes };
  const child = spawn(process.execPath, flags, { env, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  const url = new Promise<string>((resolve) => {
    const hear = (text: Buffer) => {
      out += text.toString();
      const found = /listens on (http:\S+?)[,\s]/.exec(out)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
  });
  const output = new Promise<string>((resolve) => {
    child.once("close", () => resolve(out));
  });
  return { child, url, output };
}

/** Every secret where it belongs and where it does not: what comes back is kept. */
async function provoke(url: string): Promise<string> {
  const answers: string[] = [];
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(url + path, init);
    answers.push(`${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`);
  };
  for (const secret of [...canaries.values()].filter((text) => !text.includes("\n"))) {
    const headers = { authorization: `Bearer ${secret}`, "stripe-signature": secret, "x-signature": secret };
    const json = { ...headers, "content-type": "application/json" };
    await ask("/api/v1/alerts", { headers });
    await ask("/api/v1/nothing-here", { headers });
    await ask("/v1/events", { method: "POST", headers: json, body: "{not json" });
    await ask("/webhooks/acme/stripe", { method: "POST", headers: json, body: "{}" });
    await ask("/receipts/acme/sendgrid", { method: "POST", headers: json, body: "[]" });
  }
  await ask("/healthz");
  await ask("/readyz");
  return answers.join("\n");
}

const filesIn = (path: string): readonly string[] =>
  readdirSync(path, { recursive: true, encoding: "utf8" })
    .map((name) => join(path, name))
    .filter((name) => statSync(name).isFile());

beforeAll(async () => {
  await furnish();
  const server = start();
  const url = await server.url;
  seen.set("answers", await provoke(url));
  seen.set("metrics", await (await fetch(`${url}/metrics`)).text());
  seen.set(
    "files",
    filesIn(folder)
      .map((path) => readFileSync(path, "latin1"))
      .join("\n"),
  );
  server.child.kill("SIGUSR2");
  seen.set("log and crash", await server.output);
  seen.set(
    "files after the crash",
    filesIn(folder)
      .map((path) => readFileSync(path, "latin1"))
      .join("\n"),
  );
  seen.set(
    "refused start",
    await start({ FORESTALL_SECRET_KEY: Buffer.alloc(32, 1).toString("base64") }).output,
  );
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("twenty secrets of a server", () => {
  it("were really there, used, and the server really wrote and died", () => {
    // The secret key is looked for in three spellings.
    expect(canaries.size).toBe(20 + 2);
    expect(new Set(canaries.values()).size).toBe(canaries.size);
    expect(seen.get("answers")).toContain("200 ");
    expect(seen.get("answers")).toContain("401 ");
    expect(seen.get("metrics")).toContain("forestall_refused_total");
    expect(seen.get("files")).toContain("SQLite format 3");
    expect(seen.get("log and crash")).toContain("dead on purpose");
    expect(seen.get("refused start")).toContain("FORESTALL_SECRET_KEY is not the key");
  });

  it.each(["answers", "metrics", "files", "log and crash", "files after the crash", "refused start"])(
    "are not to be found in: %s",
    (where) => {
      const text = seen.get(where) ?? "";
      const found = [...canaries].filter(([, secret]) => text.includes(secret)).map(([name]) => name);

      expect(text).not.toBe("");
      expect(found).toEqual([]);
    },
  );
});
