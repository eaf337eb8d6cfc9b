import { mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { useDesk } from "./desk.ts";

const desk = useDesk();

describe("the first look", () => {
  it("says how bad, whose, why, what was tried and how it ended, without scrolling at 320 px", async () => {
    const page = await desk.open();
    await page.getByRole("heading", { level: 1 }).waitFor();
    if (process.env.SHOTS !== undefined) {
      mkdirSync(process.env.SHOTS, { recursive: true });
      await page.waitForTimeout(300);
      await page.screenshot({ path: `${process.env.SHOTS}/ticket-320.png`, fullPage: true });
    }
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(
      "85 critical, from Acme: 12 rate-limit errors on /v1/export in the last hour",
    );
  });
});
