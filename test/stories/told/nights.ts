import { HOUR, MINUTE } from "../../../server/core/time.ts";
import type { Story } from "../story.ts";

/** Troubles that come when nobody is there. */
export const NIGHTS: readonly Story[] = [
  {
    name: "webhooks fail on a Friday night",
    begins: "2026-03-06T22:30",
    zone: "Europe/Madrid",
    async live(company) {
      await company.knows({ id: "ana", account: "acme", data: { roles: ["technical"] } });
      await company.keeps(
        3,
        2 * MINUTE,
        "webhook.delivery_failed",
        { account: "acme" },
        {
          endpoint: "https://acme.test/hooks",
          status: 502,
        },
      );
      await company.until("Mon 12:00");
      await company.opensProduct("ana");
      await company.until("Tue 12:00");
    },
  },
  {
    name: "looking at the bill and at cancelling on a Saturday",
    begins: "2026-03-07T10:00",
    zone: "Europe/Madrid",
    async live(company) {
      await company.knows({ id: "ben", account: "acme", data: { roles: ["admin"] } });
      await company.happens("page.viewed", { who: "ben" }, { page: "billing" });
      await company.passes(3 * MINUTE);
      await company.happens("plan.cancel_viewed", { who: "ben" });
      await company.until("Tue 12:00");
    },
  },
  {
    name: "rate limits at ten at night",
    begins: "2026-03-04T22:00",
    zone: "Europe/Madrid",
    async live(company) {
      await company.knows({ id: "ana", account: "acme", data: { roles: ["technical"] } });
      await company.keeps(
        6,
        MINUTE,
        "api.request_failed",
        { account: "acme" },
        { status: 429, endpoint: "/v1/export" },
      );
      await company.until("Fri 12:00");
    },
  },
  {
    name: "rate limits at ten in the morning",
    begins: "2026-03-04T10:00",
    zone: "Europe/Madrid",
    async live(company) {
      await company.knows({ id: "ana", account: "acme", data: { roles: ["technical"] } });
      await company.keeps(
        6,
        MINUTE,
        "api.request_failed",
        { account: "acme" },
        { status: 429, endpoint: "/v1/export" },
      );
      await company.passes(HOUR);
      await company.opensProduct("ana");
      await company.until("Fri 12:00");
    },
  },
];
