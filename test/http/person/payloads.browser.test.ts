import { afterAll, beforeAll, expect, it } from "vitest";
import { useBrowser } from "../../browser.ts";
import { aMatch } from "../../builders.ts";
import { sized } from "../../support/size.ts";
import { PAYLOADS, SOME_PAYLOADS } from "./payloads.ts";
import { type Site, startSite } from "./setup.ts";

const TRIED = sized(SOME_PAYLOADS, PAYLOADS);
const browser = useBrowser();
let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

it(`runs none of ${TRIED.length} payloads, whichever field holds them, even without its policy`, async () => {
  // With the policy off, escaping alone has to hold.
  const page = await browser.page({ bypassCSP: true });
  const ran: string[] = [];
  const shown: string[] = [];
  await page.route("**/*", (route) =>
    route.request().url().startsWith(site.url) ? route.continue() : route.abort(),
  );
  const { product } = site.tenant.settings;

  for (const payload of TRIED) {
    const hostile = {
      name: payload,
      supportUrl: payload,
      supportEmail: payload,
      logoUrl: payload,
      color: payload,
    };
    site.tenant = {
      ...site.tenant,
      settings: { ...site.tenant.settings, product: { ...product, ...hostile } },
    };
    site.match = aMatch({ data: { status: 429, endpoint: payload }, key: payload });
    const query = new URLSearchParams({ answer: payload, done: payload });
    await page.goto(`${site.links().why}?${query}`);
    if (await page.evaluate(() => "ran" in globalThis)) ran.push(payload);
    if ((await page.innerText("header")) === payload.replaceAll(/\s+/g, " ").trim()) shown.push(payload);
    if (
      (await page
        .locator("script, iframe, object, svg, meta[http-equiv], base, [onerror], [onload]")
        .count()) > 0
    ) {
      ran.push(`markup of ${payload}`);
    }
  }

  expect(new Set(TRIED).size).toBe(sized(25, 100));
  expect(ran).toEqual([]);
  // As text they are all there: the test has really shown them.
  expect(shown).toHaveLength(TRIED.length);
}, 60_000);
