import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { saidTo, useDesk } from "./desk.ts";
import { ago, aLine, anAction, aPersonRisk, aRequester, controls, nobody } from "./fixtures.ts";

const desk = useDesk();
const posted = () =>
  desk.site.asked.filter(({ method, query }) => method === "POST" && !query.has("preview"));
const dialog = (page: Page) => page.getByRole("dialog");
const confirm = async (page: Page, reason = "they asked for it") => {
  await dialog(page).getByLabel("Reason").fill(reason);
  await confirmation(page).click();
};
/** The button that does it, under the name of what it does. */
const confirmation = (page: Page) => dialog(page).locator("button[type=submit]");

describe("stepping in", () => {
  it("marks a false alarm, with the revision that was looked at, and can take it back", async () => {
    const page = await desk.open();
    await page.getByRole("button", { name: "False alarm: API rate limit" }).click();
    await confirm(page, "a load test of theirs");
    await page.getByText("Marked as a false alarm").waitFor();

    expect(posted()[0]).toMatchObject({
      path: "/matches/m1/verdict",
      body: { verdict: "false_alarm", reason: "a load test of theirs" },
    });
    expect(posted()[0]?.headers["if-match"]).toBe('"mr1"');
    await page.getByRole("button", { name: "Undo" }).first().click();
    await page.getByText("Undone").first().waitFor();
    expect(posted()[1]?.path).toBe("/actions/act1/undo");
  });

  it("pauses until a date", async () => {
    const page = await desk.open();
    await page.getByRole("button", { name: "Pause messages", exact: true }).click();
    await dialog(page).getByLabel("Until").fill("2026-03-05T09:30");
    await confirm(page);

    await page.getByText("Messages are paused until Thu 9:30 AM").waitFor();
    expect(posted()[0]).toMatchObject({
      path: "/persons/u1/pause",
      body: { until: "2026-03-05T09:30:00.000Z", reason: "they asked for it" },
    });
    expect(posted()[0]?.headers["if-match"]).toBe('"rev1"');
  });

  it("resumes what is paused", async () => {
    const personRisk = aPersonRisk({ controls: { ...controls, paused: true } });
    desk.site.on("GET /requesters", () => ({ body: aRequester({ personRisk }) }));
    const page = await desk.open();
    await page.getByRole("button", { name: "Resume messages" }).click();
    await confirm(page);

    await page.getByText("Messages are resumed").waitFor();
    expect(posted()[0]?.path).toBe("/persons/u1/resume");
  });

  it("stops for good, and does not offer to stop who has stopped", async () => {
    const page = await desk.open();
    await page.getByRole("button", { name: "Stop for good" }).click();
    const personRisk = aPersonRisk({ controls: { ...controls, stoppedAt: ago(0) } });
    desk.site.on("GET /requesters", () => ({ body: aRequester({ personRisk }) }));
    await confirm(page);

    await page.getByText("Messages are stopped for good").waitFor();
    expect(posted()[0]?.path).toBe("/persons/u1/stop");
    // Nothing can be sent to who has stopped, so nothing of the kind is offered.
    await expect
      .poll(() => page.getByRole("button", { name: /Stop for good|Pause|Send a message/ }).count())
      .toBe(0);
  });

  it.each([
    ["Approve", { answer: "approve", reason: "they asked for it" }, "Approved"],
    ["Reject", { answer: "reject", reason: "they asked for it" }, "Rejected"],
  ])("answers a review: %s", async (name, body, said) => {
    const page = await desk.open();
    await page.getByRole("button", { name, exact: true }).click();
    await dialog(page).getByText("Here is how to reset your password.").waitFor();
    await confirm(page);

    await page.getByText(said).waitFor();
    expect(posted()[0]).toMatchObject({ path: "/decisions/c9/review", body });
    expect(posted()[0]?.headers["if-match"]).toBe('"rv9"');
  });

  it("edits a message before it goes out", async () => {
    const page = await desk.open();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    const text = dialog(page).getByLabel("Text");
    expect(await text.inputValue()).toBe("Here is how to reset your password.");
    await text.fill("Use this link.");
    await confirm(page);

    await page.getByText("Approved").waitFor();
    expect(posted()[0]?.body).toEqual({
      answer: "edit",
      text: "Use this link.",
      reason: "they asked for it",
      actor: "Lena Vogt",
    });
  });

  it("hands an alert to the account's owner", async () => {
    const page = await desk.open();
    await page.getByRole("button", { name: "Hand to the owner" }).click();
    await confirm(page);

    await page.getByText("Handed to dana@forestall.example").waitFor();
    expect(posted()[0]).toMatchObject({
      path: "/alerts/a1/assign",
      body: { assignee: "dana@forestall.example" },
    });
    expect(posted()[0]?.headers["if-match"]).toBe('"3"');
  });

  it("links an unknown requester to somebody who is found by name", async () => {
    desk.site.on("GET /requesters", () => ({ body: nobody() }));
    desk.site.on("GET /risks", () => ({
      body: { items: [aLine({ kind: "person", id: "u8", name: "Ines M." })], next: null },
    }));
    const page = await desk.open();
    await page.getByRole("button", { name: "Link to a known person" }).click();
    await dialog(page).getByRole("searchbox").fill("Ines");
    await dialog(page).getByRole("button", { name: "Search" }).click();
    await dialog(page)
      .getByRole("radio", { name: /Ines M\./ })
      .check();
    await confirm(page);

    await page.getByText("Linked to Ines M.").waitFor();
    expect(desk.site.asked.find(({ path }) => path === "/risks")?.query.get("q")).toBe("Ines");
    expect(posted()[0]).toMatchObject({
      path: "/persons/u8/link",
      body: { zendeskId: "501", email: "ines@acme.example", reason: "they asked for it" },
    });
  });

  it("takes back what a colleague did, from the timeline", async () => {
    const page = await desk.open();
    await page.getByRole("button", { name: /Messages paused, by Lena Vogt/ }).click();
    await page.getByText("on the phone with them").waitFor();
    await page.locator(".event-more").getByRole("button", { name: "Undo" }).click();

    await page.getByText("Undone").waitFor();
    expect(posted()[0]?.path).toBe("/actions/act-old/undo");
  });
});

describe("a message by hand", () => {
  const preview = (guardResult: string, guards: readonly object[] = []) => {
    desk.site.on("POST /deliveries", ({ query }) =>
      query.get("preview") === "1"
        ? { body: { guards, guardResult, rendered: { subject: "Slow exports", text: "Spread your calls." } } }
        : { status: 201, body: anAction() },
    );
  };
  const guard = (reason: string, overridable: boolean) => ({
    reason,
    kind: overridable ? "hold" : "stop",
    until: null,
    detail: "As the rules say.",
    overridable,
  });
  const openDialog = async () => {
    const page = await desk.open();
    await page.getByRole("button", { name: "Send a message" }).click();
    await dialog(page).getByText("Spread your calls.").waitFor();
    return page;
  };

  it("is shown before it is sent, for the open match, and sent once", async () => {
    preview("send");
    const page = await openDialog();
    expect(await dialog(page).getByLabel("Channel").locator("option").allInnerTexts()).toEqual([
      "Email",
      "Banner in the product",
    ]);
    await confirm(page);

    await page.getByText("The message is on its way").waitFor();
    expect(posted()[0]?.body).toEqual({
      person: "u1",
      channel: "email",
      template: "api-rate-limit",
      match: "m1",
      reason: "they asked for it",
      actor: "Lena Vogt",
    });
    expect(posted()[0]?.headers["idempotency-key"]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("says what speaks against it, and goes out all the same with a reason", async () => {
    preview("override", [guard("cooldown", true)]);
    const page = await openDialog();
    await dialog(page).getByText("a ticket is open or recent. Send it all the same?").waitFor();
    await confirm(page);

    await page.getByText("The message is on its way").waitFor();
    expect(posted()[0]?.body).toMatchObject({ override: true });
  });

  it("asks once, however much speaks against it", async () => {
    preview("override", [guard("duplicate", true), guard("cooldown", true)]);
    const page = await openDialog();

    expect(await dialog(page).getByRole("alert").locator("p").allInnerTexts()).toEqual([
      "Something speaks against it: already sent for this problem; a ticket is open or recent. Send it all the same?",
      "As the rules say.",
      "As the rules say.",
    ]);
  });

  it("cannot be sent past a stop", async () => {
    preview("never", [guard("opted_out", false)]);
    const page = await openDialog();

    await dialog(page).getByText("This cannot be sent: this person stopped messages.").waitFor();
    expect(await confirmation(page).isDisabled()).toBe(true);
  });

  it("is previewed again for another channel", async () => {
    preview("send");
    const page = await openDialog();
    await dialog(page).getByLabel("Channel").selectOption({ label: "Banner in the product" });

    await expect
      .poll(() => desk.site.asked.filter(({ query }) => query.has("preview")).at(-1)?.body)
      .toMatchObject({ channel: "in_app.banner" });
  });
});

describe("in Zendesk", () => {
  it("puts the suggested reply into the public reply, and sends nothing", async () => {
    const page = await desk.open();
    await page.getByRole("button", { name: "Insert as draft" }).click();
    await page.getByText("The draft is in the reply; read it before you send it").waitFor();

    const said = (await saidTo(page)).filter(([name]) => name !== "resize");
    expect(said).toEqual([
      ["set", { "comment.type": "publicReply" }],
      ["comment.appendText", expect.stringContaining("your exports hit the limit")],
    ]);
    expect(posted()).toEqual([]);
  });

  it("copies the context into the internal note", async () => {
    const page = await desk.open();
    await page.getByRole("button", { name: "Copy as internal note" }).click();
    await page.getByText("Copied to the internal note").waitFor();

    const note = (await saidTo(page)).find(([name]) => name === "comment.appendText")?.[1];
    expect(note).toContain("85 critical, from Acme");
    expect(note).toContain(
      "Predicted 23 min. ago by API rate limit. Email, 21 min. ago: arrived, not opened",
    );
  });

  it("puts a note nowhere when Zendesk does not switch to the internal note", async () => {
    const page = await desk.open({ zendesk: { errors: { "comment.type": "cannot be set" } } });
    await page.getByRole("button", { name: "Copy as internal note" }).click();

    await page.getByText("This did not work. Nothing was changed.").waitFor();
    expect((await saidTo(page)).filter(([name]) => name === "comment.appendText")).toEqual([]);
  });

  it("says when Zendesk does not take it", async () => {
    const page = await desk.open({ zendesk: { errors: { "comment.appendText": "no editor" } } });
    await page.getByRole("button", { name: "Insert as draft" }).click();

    await page.getByText("This did not work. Nothing was changed.").waitFor();
  });
});

describe("what can go wrong while acting", () => {
  const pause = async () => {
    const page = await desk.open();
    await page.getByRole("button", { name: "Pause messages", exact: true }).click();
    return page;
  };

  it("somebody was first: it is told who, nothing is overwritten, the reason is still there", async () => {
    desk.site.on("POST /persons/*", () => ({
      status: 409,
      body: {
        status: 409,
        detail: "",
        first: { actor: "agent:Omar (zendesk 78)", at: ago(60_000), action: "person.stop" },
      },
    }));
    const page = await pause();
    await confirm(page);

    await dialog(page).getByText("Omar was first, 1 min. ago. Nothing was overwritten.").waitFor();
    expect(await dialog(page).getByLabel("Reason").inputValue()).toBe("they asked for it");
    expect(posted().length).toBe(1);
    expect(await confirmation(page).isDisabled()).toBe(true);
    await dialog(page).getByRole("button", { name: "Close" }).click();
    await expect.poll(() => dialog(page).count()).toBe(0);
  });

  it("what stands in a message's way since is shown before it is sent again, past it", async () => {
    let refusals = 0;
    const guards = [{ reason: "gap", kind: "hold", until: null, detail: "", overridable: true }];
    const rendered = { subject: "Slow exports", text: "Spread your calls." };
    desk.site.on("POST /deliveries", ({ query, body }) => {
      const blocked = refusals > 0;
      if (query.get("preview") === "1")
        return {
          body: { guards: blocked ? guards : [], guardResult: blocked ? "override" : "send", rendered },
        };
      if ((body as { override?: boolean }).override === true) return { status: 201, body: anAction() };
      refusals += 1;
      return { status: 409, body: { status: 409, detail: "Something stands in the way.", guards } };
    });
    const page = await desk.open();
    await page.getByRole("button", { name: "Send a message" }).click();
    await dialog(page).getByText("Spread your calls.").waitFor();
    await confirm(page);
    await dialog(page).getByText("too soon after the last message. Send it all the same?").waitFor();
    await confirm(page);

    await page.getByText("The message is on its way").waitFor();
    expect(refusals).toBe(1);
    expect(new Set(posted().map(({ headers }) => headers["idempotency-key"])).size).toBe(2);
  });

  it("the session ended: it says so, and keeps what was typed", async () => {
    const page = await pause();
    await dialog(page).getByLabel("Reason").fill("typed before");
    desk.site.refused.add("first");
    await confirmation(page).click();

    await dialog(page).getByText("Your session ended. Reload the page to go on.").waitFor();
    expect(await dialog(page).getByLabel("Reason").inputValue()).toBe("typed before");
    expect(posted()).toEqual([]);
  });

  it("the bearer ended: it is changed, and the action happens once", async () => {
    const page = await pause();
    desk.site.refused.add("first");
    desk.site.refresh = () => ({ body: { bearer: "second", expiresAt: ago(-900_000) } });
    await confirm(page);

    await page.getByText(/Messages are paused until/).waitFor();
    expect(posted().map(({ headers }) => headers.authorization)).toEqual(["Bearer second"]);
  });

  it("no answer came: it does not claim that nothing happened", async () => {
    desk.site.on("POST /persons/*", () => ({ cut: true }));
    const page = await pause();
    await confirm(page);

    await dialog(page).getByText("No answer came. Look again before you repeat it.").waitFor();
  });

  it("too many requests", async () => {
    desk.site.on("POST /persons/*", () => ({ status: 429, body: {} }));
    const page = await pause();
    await confirm(page);

    await dialog(page).getByText("Too many requests. Try again in 60 seconds.").waitFor();
  });

  it("it is no longer possible to take it back", async () => {
    desk.site.on("POST /actions/*", () => ({
      status: 409,
      body: { status: 409, detail: "The message has left.", reason: "too_late" },
    }));
    const page = await pause();
    await confirm(page);
    await page.getByText(/Messages are paused until/).waitFor();
    await page.getByRole("button", { name: "Undo" }).first().click();

    await page
      .getByText("The message is being sent already, or was; this can no longer be undone.")
      .waitFor();
  });
});

describe("with the keyboard alone", () => {
  it("everything is reached, the dialog keeps the focus, and gives it back", async () => {
    const page = await desk.open();
    const button = page.getByRole("button", { name: "Pause messages", exact: true });
    await button.waitFor();
    for (let i = 0; i < 5 && !(await button.evaluate((it) => it === document.activeElement)); i += 1) {
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await dialog(page).waitFor();
    for (let i = 0; i < 12; i += 1) {
      await page.keyboard.press("Tab");
      // Past the last field comes the browser's own frame, never the page behind.
      const inside = await page.evaluate(
        () => document.activeElement === document.body || document.activeElement?.closest("dialog") !== null,
      );
      expect(inside).toBe(true);
    }
    await page.keyboard.press("Escape");

    await expect.poll(() => dialog(page).count()).toBe(0);
    expect(await button.evaluate((it) => it === document.activeElement)).toBe(true);
  });

  it("the timeline is one stop: the arrows lead through it, and Tab leads on", async () => {
    const page = await desk.open();
    const at = () =>
      page.evaluate(() => document.activeElement?.closest("li")?.getAttribute("aria-posinset") ?? null);
    await page.locator(".event").first().focus();
    for (const key of ["ArrowUp", "ArrowDown", "ArrowDown", "ArrowUp"]) await page.keyboard.press(key);
    await expect.poll(at).toBe("2");
    await page.keyboard.press("Enter");
    await page.getByText("Your exports are being slowed down").waitFor();
    await page.keyboard.press("End");
    await expect.poll(at).toBe("9");
    await page.keyboard.press("Home");
    await expect.poll(at).toBe("1");

    await page.keyboard.press("Tab");

    expect(await at()).toBe(null);
    await page.keyboard.press("Shift+Tab");
    await expect.poll(at).toBe("1");
  });

  it("acts without a mouse", async () => {
    const page = await desk.open();
    await page.getByRole("button", { name: "Stop for good" }).focus();
    await page.keyboard.press("Space");
    await dialog(page).getByLabel("Reason").focus();
    await page.keyboard.type("they told me");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");

    await page.getByText("Messages are stopped for good").waitFor();
  });
});
