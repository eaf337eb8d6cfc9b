import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY, HOUR } from "../../../server/core/time.ts";
import { faultsOf } from "../../axe.ts";
import { useBrowser } from "../../browser.ts";
import { aMatch, aPerson, NOON } from "../../builders.ts";
import { sized } from "../../support/size.ts";
import { type Site, startSite } from "./setup.ts";

const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const browser = useBrowser();
let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.close());

const noScript = () => browser.page({ javaScriptEnabled: false, viewport: { width: 390, height: 800 } });
const asked = () =>
  site.controls.map(({ control }) => (control.kind === "preference" ? control.change : control));

describe("without script, a person", () => {
  it("reads why the message came", async () => {
    const page = await noScript();

    await page.goto(site.links().why);

    const text = await page.innerText("main");
    expect(text).toContain("5 rate-limit errors on /v1/export");
    expect(text).toContain("To help you get your integration working again before it holds you up.");
    expect(text).toContain("We are fairly sure");
    expect(text).toContain("Acme Cloud sent it to you on 2 March 2026.");
  });

  it("finds what the message offers, and no button where it offers nothing any more", async () => {
    const page = await noScript();
    const help = page.getByRole("link", { name: "Set a new password" });

    await page.goto(site.links().why);
    expect(await help.count()).toBe(0);

    site.remedy = { label: "Set a new password", url: "https://cloud.test/reset?case=17" };
    await page.goto(site.links().why);
    expect(await help.getAttribute("href")).toBe("https://cloud.test/reset?case=17");
  });

  it("gives the answer that the link in the message chose, and stars", async () => {
    const page = await noScript();

    await page.goto(site.links().feedback("not_mine"));
    expect(await page.getByRole("radio", { name: "I do not have this problem" }).isChecked()).toBe(true);
    expect(site.controls).toEqual([]);
    await page.getByRole("radio", { name: "4 stars" }).check();
    await page.getByRole("button", { name: "Send my answer" }).click();

    expect(await page.getByRole("status").innerText()).toBe("Thank you. Your answer was saved.");
    expect(asked()).toEqual([
      {
        kind: "feedback",
        delivery: "delivery-1",
        match: "match-1",
        person: "u1",
        answer: "not_mine",
        stars: 4,
      },
    ]);
    expect(await page.getByRole("radio", { name: "4 stars" }).isChecked()).toBe(true);
  });

  it("is asked whether somebody else handles it only when it is about the account", async () => {
    const page = await noScript();
    const other = page.getByRole("radio", { name: "Someone else handles this" });

    await page.goto(site.links().why);
    expect(await other.count()).toBe(1);
    site.match = aMatch({ key: "person/u1" });
    await page.reload();

    expect(await other.count()).toBe(0);
  });

  it("takes a break of a day, of a week, or until a day, and ends it", async () => {
    const page = await noScript();
    await page.goto(site.links().snooze);

    await page.getByRole("button", { name: "For one week" }).click();
    expect(await page.innerText("#snooze")).toContain("Paused until 9 March 2026.");
    await page.getByRole("button", { name: "End the break" }).click();
    await page.getByLabel("Until a day you choose").fill("2026-03-20");
    await page.getByRole("button", { name: "Pause until this day" }).click();

    expect(asked()).toEqual([
      { kind: "snooze", until: NOON + 7 * DAY },
      { kind: "snooze", until: null },
      { kind: "snooze", until: Date.UTC(2026, 2, 20) },
    ]);
  });

  it("chooses channels; ticking one that needs consent gives it", async () => {
    site.person = aPerson({ consent: { email: true } });
    const page = await noScript();
    await page.goto(site.links().preferences);
    expect(await page.getByRole("checkbox", { name: "Text message" }).isChecked()).toBe(false);

    await page.getByRole("checkbox", { name: "Text message" }).check();
    await page.getByRole("checkbox", { name: "Email" }).uncheck();
    await page.getByLabel("If there is a choice, use").selectOption("sms");
    await page.getByRole("button", { name: "Save my choice" }).click();

    expect(asked()).toEqual([
      { kind: "channel", channel: "email", on: false },
      { kind: "consent", channel: "sms", given: true },
      { kind: "channel", channel: "sms", on: true },
      { kind: "prefer", channel: "sms" },
    ]);
    expect(await page.getByRole("checkbox", { name: "Text message" }).isChecked()).toBe(true);
  });

  it("stops everything at once, and undoes it", async () => {
    const page = await noScript();
    await page.goto(site.links().stop);

    await page.getByRole("button", { name: "Stop all of them" }).click();
    expect(await page.innerText("#stop")).toContain("You have stopped these messages");
    expect(await page.locator("#snooze").count()).toBe(0);
    await page.getByRole("button", { name: "Undo" }).click();

    expect(asked()).toEqual([{ kind: "stop" }, { kind: "resume" }]);
    expect(await page.getByRole("button", { name: "Stop all of them" }).count()).toBe(1);
    expect(site.controls[0]).toMatchObject({
      control: { actor: "customer" },
      along: { audit: { action: "person.stop", subject: "person/u1", actor: "customer" } },
    });
  });

  it("confirms the address of the email's headers before anything stops", async () => {
    const page = await noScript();

    await page.goto(site.links().oneClick);
    expect(site.controls).toEqual([]);
    await page.getByRole("button", { name: "Stop all of them" }).click();
    expect(await page.innerText("main")).toContain("Done. You will get no more of these messages.");
    await page.getByRole("button", { name: "Undo" }).click();

    expect(asked()).toEqual([{ kind: "stop" }, { kind: "resume" }]);
    expect(await page.innerText("h1")).toBe("Stop proactive messages from Acme Cloud?");
  });
});

describe("with the keyboard alone, a person", () => {
  it("reaches every control, and sees where they are", async () => {
    const page = await browser.page({ viewport: { width: 1280, height: 900 } });
    await page.goto(site.links().why);
    const reached = new Set<string>();

    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      const now = await page.evaluate(() => {
        const element = document.activeElement;
        const framed = element?.closest(".chip") ?? element;
        if (element === null || framed === null || element === document.body) return null;
        return {
          name: `${element.tagName} ${element.getAttribute("name") ?? element.textContent}`,
          outline: getComputedStyle(framed).outlineStyle,
        };
      });
      if (now === null) continue;
      reached.add(now.name);
      expect(`${now.name}: ${now.outline}`).not.toMatch(/: none$/);
    }

    expect(reached).toContain("INPUT answer");
    expect(reached).toContain("INPUT on");
    expect(reached).toContain("INPUT until");
    expect(reached).toContain("SELECT prefer");
    expect(reached).toContain("BUTTON Stop all of them");
  });
});

/** Both widths and both schemes, and in the long suite each with each. */
const SOME_LOOKS = [
  { width: 320, colorScheme: "dark" },
  { width: 1280, colorScheme: "light" },
] as const;
const EVERY_LOOK = [
  ...SOME_LOOKS,
  { width: 320, colorScheme: "light" },
  { width: 1280, colorScheme: "dark" },
] as const;
const LOOKS = sized<readonly (typeof EVERY_LOOK)[number][]>(SOME_LOOKS, EVERY_LOOK);

describe.each(LOOKS)("at $width px in $colorScheme", ({ width, colorScheme }) => {
  const open = () => browser.page({ viewport: { width, height: 800 }, colorScheme });
  const pages: readonly (readonly [string, (site: Site) => string])[] = [
    ["page", (s) => s.links().why],
    [
      "stopped",
      (s) => {
        s.person = aPerson({ stoppedAt: NOON });
        return s.links().why;
      },
    ],
    [
      "paused",
      (s) => {
        s.person = aPerson({ snoozedUntil: NOON + 9 * HOUR, consent: {} });
        return `${s.links().why}?done=snooze`;
      },
    ],
    ["confirm", (s) => s.links().oneClick],
    ["wrong", (s) => `${s.url}/p/nothing.like.this`],
  ];

  it.each(pages)(
    "%s has no fault that axe finds, fits the width, and keeps to its policy",
    async (name, to) => {
      const page = await open();
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (/Content Security Policy|Refused/.test(message.text())) complaints.push(message.text());
      });

      await page.goto(to(site));
      await look(page, `${name}-${width}-${colorScheme}`);

      expect(complaints).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await faultsOf(page, { runOnly: STANDARDS })).toEqual([]);
    },
  );
});

/** Pictures to look at, when a folder for them is named. */
async function look(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
