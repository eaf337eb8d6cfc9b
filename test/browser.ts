import { mkdirSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import chromium from "@sparticuz/chromium";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium as driver,
  type Page,
} from "playwright-core";
import { afterAll, beforeAll } from "vitest";

/**
 * A real Chromium from npm, one for all test files that share a process. It may go nowhere but to this machine:
 * everything it does by itself in the background is switched off, and names that are not local stand for nothing.
 */
export interface TestBrowser {
  /** A fresh page with its own cookies and storage; closed after the tests of the file. */
  page(options?: BrowserContextOptions): Promise<Page>;
}

const QUIET = [
  "--no-sandbox",
  "--disable-setuid-sandbox",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-domain-reliability",
  "--disable-extensions",
  "--disable-sync",
  "--disable-gpu",
  "--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication",
  "--metrics-recording-only",
  "--no-first-run",
  "--no-pings",
  "--no-proxy-server",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

export async function launchBrowser(): Promise<Browser> {
  return driver.launch({ executablePath: await unpack(), args: QUIET, headless: true });
}

/** Unpacked once into the temporary folder; test files run side by side, and must not start half a browser. */
async function unpack(): Promise<string> {
  const lock = join(tmpdir(), "forestall-chromium.lock");
  for (let waited = 0; !take(lock); waited += 100) {
    if (waited > 60_000) rmdirSync(lock); // whoever took it is gone
    await setTimeout(100);
  }
  try {
    return await chromium.executablePath();
  } finally {
    rmdirSync(lock);
  }
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

/** Starting it takes longer than most tests. It ends with the process that started it. */
let shared: Promise<Browser> | undefined;

/** To be called at the top of a file or `describe`: its pages are closed after its tests. */
export function useBrowser(): TestBrowser {
  let browser: Browser | undefined;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    shared ??= launchBrowser();
    browser = await shared;
  }, 60_000);
  afterAll(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
  });
  return {
    async page(options) {
      if (browser === undefined) throw new Error("the browser has not been started yet");
      const context = await browser.newContext(options);
      contexts.push(context);
      return context.newPage();
    },
  };
}
