import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { useBrowser } from "../browser.ts";
import { buildApp } from "./bundle.ts";
import { NOW } from "./fixtures.ts";
import { type Site, startSite } from "./site.ts";

/** What the fake Zendesk answers; `wait` delays it, `silent` never answers, `absent` is no Zendesk at all. */
export interface Zendesk {
  readonly values?: { readonly [path: string]: unknown };
  readonly errors?: { readonly [path: string]: string };
  readonly wait?: number;
  readonly silent?: boolean;
  readonly absent?: boolean;
}

export interface Opening extends BrowserContextOptions {
  readonly zendesk?: Zendesk;
  readonly width?: number;
  readonly scheme?: "light" | "dark";
}

export interface FakeHost {
  readonly values: { [path: string]: unknown };
  readonly said: (readonly unknown[])[];
  emit(event: string, data?: unknown): void;
}

export const REQUESTER = { id: 501, name: "Ines Moreau", email: "ines@acme.example", externalId: null };
const USUAL = {
  "ticket.requester": REQUESTER,
  user: REQUESTER,
  "ticket.id": 4711,
  currentUser: { id: 77, locale: "en-US", name: "Lena Vogt" },
  colorScheme: "light",
};

/** Opens pages of the app with a fake Zendesk around them: in the shared browser, with a server per test file. */
export function useDesk() {
  const browser = useBrowser();
  let site: Site | undefined;
  const errors: string[] = [];
  /** Opening one takes longer than most tests; those that need no browser settings of their own share it. */
  let shared: Page | undefined;
  let isSharedOpen = false;
  const pages: Page[] = [];
  beforeAll(async () => {
    site = await startSite(await buildApp());
  }, 60_000);
  beforeEach(() => {
    site?.reset();
    errors.length = 0;
  });
  afterEach(async () => {
    // A page that stays open goes on asking, into the next test.
    if (isSharedOpen) {
      await shared?.unrouteAll({ behavior: "ignoreErrors" });
      await shared?.goto("about:blank");
    }
    isSharedOpen = false;
    for (const page of pages.splice(0)) await page.context().close();
    expect(errors).toEqual([]);
  });
  afterAll(() => site?.close());
  const there = (): Site => {
    if (site === undefined) throw new Error("the site has not been started yet");
    return site;
  };
  const make = async (options: BrowserContextOptions): Promise<Page> => {
    const page = await browser.page({ timezoneId: "UTC", locale: "en-US", ...options });
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      const expected = /Failed to load resource/.test(message.text());
      if (message.type() === "error" && !expected) errors.push(message.text());
    });
    await page.clock.setFixedTime(NOW);
    await page.addInitScript(fakeZendesk);
    return page;
  };
  const pageFor = async (options: BrowserContextOptions, viewport: Size): Promise<Page> => {
    if (isSharedOpen || Object.keys(options).length > 0) {
      const own = await make({ viewport, ...options });
      pages.push(own);
      return own;
    }
    isSharedOpen = true;
    shared ??= await make({ viewport });
    await shared.setViewportSize(viewport);
    return shared;
  };
  return {
    get site() {
      return there();
    },
    /** What the page complained about; a test that provokes it empties this. */
    errors,
    async open({ zendesk = {}, width = 320, scheme = "light", ...options }: Opening = {}): Promise<Page> {
      const page = await pageFor(options, { width, height: 640 });
      const values = { ...USUAL, colorScheme: scheme, ...zendesk.values };
      const around = encodeURIComponent(JSON.stringify({ ...zendesk, values }));
      await page.goto(
        `${there().url}/zendesk/page?origin=x&app_guid=y&colorScheme=${scheme}#zendesk=${around}`,
      );
      return page;
    },
  };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Runs in the page, before its scripts: stands in for Zendesk's own, as the address says. */
function fakeZendesk(): void {
  const [, told] = window.location.hash.split("#zendesk=");
  if (told === undefined) return;
  const around: Zendesk = JSON.parse(decodeURIComponent(told));
  const { values = {}, errors = {}, wait = 0, silent = false, absent = false } = around;
  if (absent) return;
  const handlers = new Map<string, ((data: unknown) => unknown)[]>();
  const host: FakeHost = {
    values: { ...values },
    said: [],
    emit(event, data) {
      for (const handler of handlers.get(event) ?? []) handler(data);
    },
  };
  const later = async <T>(make: () => T): Promise<T> => {
    if (silent) return new Promise(() => {});
    await new Promise((resolve) => setTimeout(resolve, wait));
    return make();
  };
  const failing = (paths: readonly string[]) =>
    Object.fromEntries(
      paths.flatMap((path) => (errors[path] === undefined ? [] : [[path, { message: errors[path] }]])),
    );
  Object.assign(window, {
    fakeHost: host,
    ZAFClient: {
      init: () => ({
        metadata: () => later(() => ({ appId: 12, name: "Forestall" })),
        on(event: string, handler: (data: unknown) => unknown) {
          handlers.set(event, [...(handlers.get(event) ?? []), handler]);
        },
        get: (paths: readonly string[]) =>
          later(() =>
            Object.fromEntries([
              ...paths.map((path) => [path, host.values[path]]),
              ["errors", failing(paths)],
            ]),
          ),
        set: (changes: object) =>
          later(() => {
            host.said.push(["set", changes]);
            return { errors: failing(Object.keys(changes)) };
          }),
        invoke: (...call: readonly unknown[]) =>
          later(() => {
            const message = errors[String(call[0])];
            if (message !== undefined) throw new Error(message);
            host.said.push(call);
          }),
      }),
    },
  });
}

/** Something happens in the Zendesk around the page. */
export async function happens(page: Page, event: string, values: object = {}, data?: unknown): Promise<void> {
  await page.evaluate(
    ([name, changes, detail]) => {
      const { fakeHost } = window as unknown as { fakeHost: FakeHost };
      Object.assign(fakeHost.values, changes);
      fakeHost.emit(String(name), detail);
    },
    [event, values, data] as const,
  );
}

/** What the page asked Zendesk to do. */
export const saidTo = (page: Page): Promise<FakeHost["said"]> =>
  page.evaluate(() => (window as unknown as { fakeHost: FakeHost }).fakeHost.said);

/** How many pixels do not fit beside each other. */
export const tooWide = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
