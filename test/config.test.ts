import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Environment, loadConfig, SECRET_KEY_FILE } from "../server/config.ts";

const KEY = Buffer.alloc(32, 7);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "forestall-config-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the settings are with a key at hand and these variables. */
const configOf = (env: Environment) =>
  loadConfig({ FORESTALL_SECRET_KEY: KEY.toString("base64"), ...env }, folder).config;
const keyFile = () => join(folder, "data", SECRET_KEY_FILE);

describe("the settings", () => {
  it("are safe for one machine when nothing is set", () => {
    expect(configOf({})).toEqual({
      port: 3000,
      host: "127.0.0.1",
      publicUrl: null,
      dataDir: join(folder, "data"),
      secretKey: KEY,
      logLevel: "info",
      trustProxy: false,
      allowLoopbackProviders: false,
    });
  });

  it("take what the environment says", () => {
    const config = configOf({
      PORT: "8080",
      HOST: "0.0.0.0",
      FORESTALL_PUBLIC_URL: "https://help.example.com/forestall/",
      FORESTALL_DATA: "/var/lib/forestall",
      LOG_LEVEL: "debug",
      FORESTALL_TRUST_PROXY: "1",
      FORESTALL_ALLOW_LOOPBACK_PROVIDERS: "true",
    });

    expect(config).toMatchObject({
      port: 8080,
      host: "0.0.0.0",
      publicUrl: "https://help.example.com/forestall",
      dataDir: "/var/lib/forestall",
      logLevel: "debug",
      trustProxy: 1,
      allowLoopbackProviders: true,
    });
  });

  it("take an empty variable as not set", () => {
    expect(configOf({ PORT: "", HOST: "  " })).toMatchObject({ port: 3000, host: "127.0.0.1" });
  });

  it("take proxies by address and range", () => {
    expect(configOf({ FORESTALL_TRUST_PROXY: "10.0.0.0/8, ::1" }).trustProxy).toEqual(["10.0.0.0/8", "::1"]);
  });

  it.each([
    ["PORT", "abc", 'PORT is "abc"; write a whole number from 0 to 65535, such as 3000.'],
    ["PORT", "65536", 'PORT is "65536"; write a whole number'],
    ["PORT", "-1", 'PORT is "-1"; write a whole number'],
    ["PORT", "80.5", 'PORT is "80.5"; write a whole number'],
    ["HOST", "not a host", 'HOST is "not a host"; write an address to listen on'],
    ["FORESTALL_PUBLIC_URL", "help.example.com", "write the address under which customers reach this server"],
    ["FORESTALL_PUBLIC_URL", "ftp://example.com", "such as https://help.example.com"],
    ["FORESTALL_PUBLIC_URL", "https://me:pw@example.com", "such as https://help.example.com"],
    ["FORESTALL_PUBLIC_URL", "https://example.com/?a=1", "such as https://help.example.com"],
    ["LOG_LEVEL", "loud", "write one of trace, debug, info, warn, error, fatal, silent."],
    ["FORESTALL_TRUST_PROXY", "true", "write how many proxies stand in front"],
    ["FORESTALL_TRUST_PROXY", "10.0.0.0/99", "write how many proxies stand in front"],
    ["FORESTALL_ALLOW_LOOPBACK_PROVIDERS", "maybe", "write 1 or 0."],
  ])("refuse %s=%s in one line that says what to write", (name, value, line) => {
    const refuse = () => configOf({ [name]: value });

    expect(refuse).toThrow(
      expect.objectContaining({ name: "PlainError", message: expect.stringContaining(line) }),
    );
    expect(refuse).toThrow(/^[^\n]+\.$/);
  });

  it("warn of a variable that is none of theirs", () => {
    const { warnings } = loadConfig(
      { FORESTALL_SECRET_KEY: KEY.toString("hex"), FORESTALL_PUBLIC_ULR: "https://x", HOME: "/root" },
      folder,
    );

    expect(warnings).toEqual(["FORESTALL_PUBLIC_ULR is not a setting of Forestall and does nothing."]);
  });
});

describe("the secret key", () => {
  it.each(["base64", "base64url", "hex"] as const)("is read from %s", (encoding) => {
    expect(configOf({ FORESTALL_SECRET_KEY: KEY.toString(encoding) }).secretKey).toEqual(KEY);
  });

  it("is refused when it is not 32 bytes, without showing what was given", () => {
    const almost = Buffer.alloc(31, 7).toString("base64");

    expect(() => configOf({ FORESTALL_SECRET_KEY: almost })).toThrow(
      "FORESTALL_SECRET_KEY is not a key; write 32 random bytes as base64 or hex",
    );
    expect(() => configOf({ FORESTALL_SECRET_KEY: almost })).not.toThrow(almost.slice(0, 20));
  });

  it("is made once, kept for its owner alone, and used again", () => {
    const first = loadConfig({}, folder);
    const second = loadConfig({}, folder);

    expect(first.warnings).toEqual([
      expect.stringMatching(/^FORESTALL_SECRET_KEY is not set: made a key in .*Keep a copy/),
    ]);
    expect(second.warnings).toEqual([]);
    expect(second.config.secretKey).toEqual(first.config.secretKey);
    expect(first.config.secretKey).toHaveLength(32);
    expect(readFileSync(keyFile(), "utf8").trim()).toBe(first.config.secretKey.toString("base64"));
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
  });

  it("is no file where the environment gives it", () => {
    configOf({});

    expect(() => statSync(keyFile())).toThrow("ENOENT");
  });

  it("is not replaced when its file is damaged", () => {
    loadConfig({}, folder);
    writeFileSync(keyFile(), "half a k");

    expect(() => loadConfig({}, folder)).toThrow(
      /is damaged; restore the file, or set FORESTALL_SECRET_KEY\.$/,
    );
  });

  it("warns when its file can be read by others", () => {
    loadConfig({}, folder);
    chmodSync(keyFile(), 0o644);

    expect(loadConfig({}, folder).warnings).toEqual([
      expect.stringMatching(/^Others can read .*; run `chmod 600/),
    ]);
  });

  it("warns when the environment gives another one than the file", () => {
    loadConfig({}, folder);

    const { config, warnings } = loadConfig({ FORESTALL_SECRET_KEY: KEY.toString("hex") }, folder);

    expect(config.secretKey).toEqual(KEY);
    expect(warnings).toEqual([expect.stringContaining("cannot be read")]);
  });

  it("is refused in one line when its folder cannot be made", () => {
    writeFileSync(join(folder, "data"), "a file in the way");

    expect(() => loadConfig({}, folder)).toThrow(
      expect.objectContaining({ name: "PlainError", message: expect.stringMatching(/data|secret key/) }),
    );
  });
});

describe("the keys of the app in Zendesk", () => {
  const pem = () =>
    generateKeyPairSync("rsa", { modulusLength: 2048 })
      .publicKey.export({ type: "spki", format: "pem" })
      .toString();
  const fileWith = (text: string) => {
    const path = join(folder, "zendesk.pem");
    writeFileSync(path, text);
    return path;
  };

  it("are read out of one file, several side by side", () => {
    const keys = [pem(), pem()];

    expect(configOf({ FORESTALL_ZENDESK_KEYS: fileWith(keys.join("\n")) }).zendeskKeys).toEqual(keys);
  });

  it.each([
    ["a file that is not there", () => join(folder, "none.pem"), "cannot be read"],
    ["no key", () => fileWith("hello"), "holds no public key"],
    [
      "a key of too few bits",
      () =>
        fileWith(
          generateKeyPairSync("rsa", { modulusLength: 1024 })
            .publicKey.export({ type: "spki", format: "pem" })
            .toString(),
        ),
      "no RSA public key of 2048 bits",
    ],
  ])("are refused as %s", (_what, path, says) => {
    expect(() => configOf({ FORESTALL_ZENDESK_KEYS: path() })).toThrow(says);
  });
});
