import { DAY, HOUR, MINUTE } from "../../../server/core/time.ts";
import type { Story } from "../story.ts";

const CARD = { recurring: true, invoice: "in_1", amount: 4900, currency: "EUR" };

/** Payments that fail, and what people think of it. */
export const MONEY: readonly Story[] = [
  {
    name: "a card is declined and nobody does anything",
    begins: "2026-03-04T09:30",
    zone: "Europe/Berlin",
    async live(company) {
      await company.knows({
        id: "cleo",
        account: "acme",
        phone: "+4915112345678",
        data: { roles: ["billing"], consent: { email: true, sms: true } },
      });
      await company.happens(
        "billing.payment_failed",
        { account: "acme" },
        { ...CARD, declineCode: "stolen_card" },
      );
      await company.until("Fri 12:00");
    },
  },
  {
    name: "a renewal fails and a small purchase goes through",
    begins: "2026-03-04T09:30",
    zone: "Europe/Berlin",
    async live(company) {
      await company.knows({ id: "cleo", account: "acme", data: { roles: ["billing"] } });
      await company.happens("billing.payment_failed", { account: "acme" }, CARD);
      await company.passes(HOUR);
      await company.happens(
        "billing.payment_succeeded",
        { account: "acme" },
        { recurring: false, invoice: "in_2", amount: 500 },
      );
      await company.until("Fri 12:00");
    },
  },
  {
    name: "a colleague has already written about the payment",
    begins: "2026-03-04T09:30",
    zone: "Europe/Berlin",
    async live(company) {
      await company.knows({ id: "cleo", account: "acme", data: { roles: ["billing"] } });
      await company.knows({ id: "dan", account: "acme" });
      await company.happens("ticket.created", { who: "dan" }, { ticket: "77", category: "payment" });
      await company.passes(5 * MINUTE);
      await company.happens("billing.payment_failed", { account: "acme" }, CARD);
      await company.until("Fri 12:00");
    },
  },
  {
    name: "a login ticket after a failed payment",
    begins: "2026-03-04T09:30",
    zone: "Europe/Berlin",
    async live(company) {
      await company.knows({ id: "cleo", account: "acme", data: { roles: ["billing"] } });
      await company.happens("billing.payment_failed", { account: "acme" }, CARD);
      await company.passes(3 * HOUR);
      await company.happens("ticket.created", { who: "cleo" }, { ticket: "78", category: "login" });
      await company.agentLooksAt("cleo");
      await company.passes(10 * DAY);
    },
  },
  {
    name: "a card is declined of somebody who has stopped us",
    begins: "2026-03-06T23:30",
    zone: "Europe/Berlin",
    async live(company) {
      await company.knows({
        id: "cleo",
        account: "acme",
        phone: "+4915112345678",
        data: { roles: ["billing"], consent: { email: true, sms: true } },
      });
      await company.says("cleo", { kind: "stop" });
      await company.happens("billing.payment_failed", { account: "acme" }, CARD);
      await company.until("Mon 12:00");
      await company.opensProduct("cleo");
      await company.until("Tue 12:00");
      await company.agentLooksAt("cleo");
    },
  },
  {
    name: "dry run at noon, live at one",
    begins: "2026-03-04T12:00",
    zone: "Europe/Berlin",
    live: async (company) => {
      await company.knows({
        id: "cleo",
        account: "acme",
        phone: "+4915112345678",
        data: { roles: ["billing"], consent: { email: true, sms: true } },
      });
      await company.happens("billing.payment_failed", { account: "acme" }, CARD);
      await company.passes(HOUR);
      await company.goesLive();
      await company.until("Fri 12:00");
    },
    dryRun: true,
  },
];
