import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { faultsOf } from "../axe.ts";
import { sized } from "../support/size.ts";
import { root } from "../support/source.ts";
import { tooWide, useDesk } from "./desk.ts";
import { STATES, type State } from "./states.ts";

/*
 * Everything an agent can have before them, light and dark: nothing is cut, and axe finds nothing.
 * Pictures for people to look at are taken on demand, as they differ by a hair from machine to machine:
 *
 *     FORESTALL_TEST_SIZE=long FORESTALL_SCREENSHOTS=docs/screenshots npx vitest run test/sidebar-app/states.browser.test.ts
 */

const desk = useDesk();
const SCHEMES = ["light", "dark"] as const;
type Scheme = (typeof SCHEMES)[number];

async function openState(
  { opening = {}, answers, show }: State,
  width: number,
  scheme: Scheme,
): Promise<Page> {
  answers?.(desk.site);
  const page = await desk.open({ ...opening, width, scheme });
  await show(page);
  return page;
}

const fileOf = (name: string, width: number, scheme: Scheme) => `zendesk-${name}-${width}-${scheme}.png`;
/** What people who read about the app are shown of it. */
const SHOWN = new Set([
  ...["ticket", "calm", "paused", "unknown", "company-only", "message-shown", "ask-send", "conflict"],
  ...["away", "away-since", "no-permission", "not-connected", "user", "list", "list-filtered", "detail"],
]);
const picture = async (page: Page, name: string, fullPage = false) => {
  const folder = process.env.FORESTALL_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: resolve(root, folder, name), fullPage });
};

const first = STATES[0];
const all = [
  ...STATES,
  ...[400, 600].flatMap((width) => (first === undefined ? [] : [{ ...first, width }])),
].flatMap((state) => SCHEMES.map((scheme) => ({ ...state, scheme })));
/** In the short suite every state is looked at once, one in light and the next in dark. */
const some = all.filter((_, i) => i % 4 === 0 || i % 4 === 3);

describe("what an agent can have before them", () => {
  it.each(sized(some, all))(
    "$name at $width px, $scheme: nothing is cut, and axe finds nothing",
    async (state) => {
      const { name, width, scheme } = state;
      const page = await openState(state, width, scheme);

      expect(await tooWide(page)).toBe(0);
      expect(await faultsOf(page)).toEqual([]);
      if (SHOWN.has(name)) await picture(page, fileOf(name, width, scheme));
    },
  );

  it.each(SCHEMES)("has a second half, in %s", async (scheme) => {
    if (first === undefined) throw new Error("there is no state");
    const page = await openState(first, 320, scheme);
    await page.setViewportSize({ width: 320, height: 2_600 });

    await picture(page, fileOf("ticket-whole", 320, scheme), true);
    expect(await tooWide(page)).toBe(0);
  });

  it.each(["list", "list-filtered", "detail"])("%s has room on a narrow screen too", async (name) => {
    const state = STATES.find((each) => each.name === name);
    if (state === undefined) throw new Error(`there is no state ${name}`);
    const page = await openState(state, 320, "light");

    expect(await tooWide(page)).toBe(0);
    expect(await faultsOf(page)).toEqual([]);
    await picture(page, fileOf(name, 320, "light"));
  });

  it("is kept in pictures", () => {
    for (const { name, width, scheme } of all.filter(({ name }) => SHOWN.has(name))) {
      expect(existsSync(join(root, "docs/screenshots", fileOf(name, width, scheme)))).toBe(true);
    }
  });
});
