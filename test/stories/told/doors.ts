import { DAY, HOUR, MINUTE, SECOND } from "../../../server/core/time.ts";
import type { Story } from "../story.ts";

/** People who cannot get in, and those who only pretend to be people. */
export const DOORS: readonly Story[] = [
  {
    name: "two wrong passwords, in, and one more wrong",
    begins: "2026-03-04T10:00",
    zone: "Europe/Berlin",
    async live(company) {
      await company.knows({
        id: "eve",
        account: "acme",
        phone: "+4915112345678",
        data: { consent: { email: true, sms: true } },
      });
      await company.keeps(2, 20 * SECOND, "auth.login_failed", { who: "eve" });
      await company.passes(20 * SECOND);
      await company.happens("auth.login_succeeded", { who: "eve" });
      await company.passes(2 * MINUTE);
      await company.happens("auth.login_failed", { who: "eve" });
      await company.passes(DAY);
    },
  },
  {
    name: "locked out and helped",
    begins: "2026-03-04T10:00",
    zone: "Europe/Berlin",
    async live(company) {
      await company.knows({
        id: "eve",
        account: "acme",
        phone: "+4915112345678",
        data: { consent: { email: true, sms: true } },
      });
      await company.keeps(3, 20 * SECOND, "auth.login_failed", { who: "eve" });
      await company.passes(5 * MINUTE);
      await company.opensProduct("eve");
      await company.passes(5 * MINUTE);
      await company.happens("auth.login_succeeded", { who: "eve" });
      await company.passes(2 * DAY);
    },
  },
  {
    name: "five robots try passwords",
    begins: "2026-03-04T10:00",
    zone: "Europe/Berlin",
    async live(company) {
      for (const n of [1, 2, 3, 4, 5]) {
        await company.keeps(3, 5 * SECOND, "auth.login_failed", { session: `robot-${n}` });
      }
      await company.passes(DAY);
    },
  },
  {
    name: "usage at 81 and later at 97 percent",
    begins: "2026-03-04T10:00",
    zone: "Europe/Berlin",
    async live(company) {
      await company.knows({ id: "ana", account: "acme", data: { roles: ["admin"] } });
      const report = (used: number) =>
        company.happens("usage.reported", { account: "acme" }, { metric: "api_calls", used, limit: 100 });
      await report(81);
      await company.passes(26 * HOUR);
      await report(97);
      await company.passes(2 * DAY);
    },
  },
];
