import { DAY, HOUR, MINUTE, SECOND } from "../../core/time.ts";
import type { Random } from "../random.ts";
import type { World } from "../world/world.ts";
import type { Happening } from "./story.ts";
import { ticketOf } from "./tickets.ts";

const COMPONENT = "payments-gateway";

/**
 * One bad afternoon 45 days ago: a component fails for 70 minutes, many customers see the same error at once and
 * tap the same button again and again. It shows in the error-state and retry signals, not in one customer's habits.
 */
export function pastIncident(world: World, random: Random): Happening[] {
  const begin = Math.floor((world.end - 45 * DAY) / DAY) * DAY + 14 * HOUR;
  const hit = random.sample(
    world.accounts.filter(({ beginning, silence }) => beginning === "long_ago" && silence === null),
    44,
  );
  return hit.flatMap((account, place) => {
    const own = random.fork(account.id);
    const person = own.pick(account.people);
    const at = begin + Math.round(own.between(0, 9) * MINUTE);
    const seen = (after: number, type: string, data: Happening["data"], who = true): Happening => ({
      at: at + Math.round(after),
      type,
      account,
      person: who ? person : null,
      data,
    });
    return [
      seen(0, "service.degraded", { component: COMPONENT, severity: "major" }, false),
      seen(20 * SECOND, "app.error", { screen: "/register", errorCode: "E_UPSTREAM", severity: "error" }),
      seen(50 * SECOND, "ui.retry", { screen: "/register" }),
      seen(80 * SECOND, "ui.retry", { screen: "/register" }),
      seen(110 * SECOND, "action.failed", { action: "take_payment", errorCode: "E_UPSTREAM" }),
      seen(70 * MINUTE, "service.recovered", { component: COMPONENT }, false),
      ...(place % 3 === 0
        ? ticketOf(account, person, at + own.int(6, 40) * MINUTE, "outage", `inc-${place}`, own)
        : []),
    ];
  });
}
