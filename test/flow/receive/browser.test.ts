import { describe, expect, it } from "vitest";
import type { Incoming } from "../../../server/core/event.ts";
import { fromBrowser } from "../../../server/flow/receive/browser.ts";
import { NOON } from "../../builders.ts";

const ref = (value: string) => ({ namespace: "native", value });
const sent = (type: string, data: Incoming["data"]): Incoming => ({
  ...{ source: "browser", id: "e1", type, time: NOON, data },
  ...{ account: ref("acme"), person: ref("tess") },
  ...{ alsoAccount: [ref("globex")], alsoPerson: [ref("bill")] },
  contact: { email: "mallory@example.test" },
});
const WHO = { account: ref("acme"), person: ref("tess") };

describe("what a browser says with a public token", () => {
  it("is believed about what happened, and to whom", () => {
    expect(fromBrowser(sent("ui.rage_click", { screen: "editor", locale: "de" }))).toEqual({
      ...{ source: "browser", id: "e1", type: "ui.rage_click", time: NOON, ...WHO },
      data: { screen: "editor", locale: "de" },
    });
  });

  it("is not believed about addresses and other names", () => {
    expect(fromBrowser(sent("ui.rage_click", {}))).not.toHaveProperty("contact");
    expect(fromBrowser(sent("ui.rage_click", {}))).not.toHaveProperty("alsoPerson");
    expect(fromBrowser(sent("ui.rage_click", {}))).not.toHaveProperty("alsoAccount");
  });

  it("is believed about a person's language and time zone, and nothing else of them", () => {
    const data = { locale: "de", timeZone: "Europe/Berlin", roles: ["admin"], consent: { sms: true } };

    expect(fromBrowser(sent("person.identified", data)).data).toEqual({
      locale: "de",
      timeZone: "Europe/Berlin",
    });
  });

  it("is not believed about an account at all", () => {
    const { data, ...rest } = fromBrowser(sent("account.updated", { plan: "enterprise", locale: "de" }));

    expect(data).toEqual({});
    expect(rest).toMatchObject({ type: "account.updated", ...WHO });
  });
});
