import { HOUR, MINUTE, SECOND } from "../../../core/time.ts";
import { repeat, step, type Trouble } from "../story.ts";

const AREAS = ["tax_rates", "receipt_layout", "opening_hours", "payment_terminals"];
const SCREENS = ["/catalog/import", "/reports/daily", "/team/invite", "/terminals/pair"];

/** Things in the product that do not work, or do not seem to. */
export const PRODUCT: readonly Trouble[] = [
  {
    pattern: "P-011",
    actor: "anyone",
    times: 40,
    fits: ({ beginning }) => beginning === "long_ago",
    script({ actor, random }) {
      const area = random.pick(AREAS);
      return repeat(
        3,
        3 * MINUTE,
        (after) => step(after, "config.save_failed", { area, errorCode: "E_VALIDATION" }, actor),
        random,
      );
    },
    ending: ({ actor }) => [step(0, "config.saved", { area: "all" }, actor)],
  },
  {
    pattern: "P-023",
    actor: "anyone",
    times: 34,
    script: ({ actor, random }) =>
      repeat(
        3,
        50 * SECOND,
        (after) =>
          step(
            after,
            "form.validation_failed",
            { form: "tax_id", field: "number", errorCode: "FORMAT" },
            actor,
          ),
        random,
      ),
    ending: ({ actor }) => [step(0, "form.submitted", { form: "tax_id" }, actor)],
  },
  {
    pattern: "P-025",
    actor: "anyone",
    times: 36,
    script({ actor, random }) {
      const screen = random.pick(SCREENS);
      return repeat(
        3,
        40 * SECOND,
        (after, index) =>
          step(after, index === 1 ? "ui.dead_click" : "ui.rage_click", { screen, element: "save" }, actor),
        random,
      );
    },
    ending: ({ actor }) => [step(0, "action.succeeded", { action: "save" }, actor)],
  },
  {
    pattern: "P-026",
    actor: "anyone",
    times: 32,
    script({ actor, random }) {
      const screen = random.pick(SCREENS);
      return repeat(5, 25 * SECOND, (after) => step(after, "ui.retry", { screen }, actor), random);
    },
    ending: ({ actor }) => [step(0, "action.succeeded", { action: "publish" }, actor)],
  },
  {
    pattern: "P-028",
    actor: "anyone",
    times: 34,
    script: ({ actor, random }) => [
      step(0, "app.slow", { screen: "/register" }, actor),
      step(
        MINUTE,
        "app.crashed",
        { screen: random.pick(SCREENS), errorCode: "TypeError", severity: "fatal" },
        actor,
      ),
    ],
    ending: ({ actor }) => [step(0, "action.succeeded", { action: "save" }, actor)],
  },
  {
    pattern: "P-024",
    actor: "anyone",
    times: 24,
    script: ({ actor, random }) => [
      step(0, "message.sentiment", { score: -0.4, channel: "chat" }, actor),
      step(4 * MINUTE, "message.sentiment", { score: -random.int(75, 95) / 100, channel: "chat" }, actor),
    ],
  },
  {
    pattern: "P-013",
    actor: "admin",
    times: 16,
    // A burst is only unusual where there is otherwise little going on.
    fits: ({ activity, beginning }) => activity < 1.6 && beginning === "long_ago",
    // It is counted by the hour, so it begins with one.
    script: ({ actor, random, at }) =>
      repeat(
        62,
        30 * SECOND,
        (after) =>
          step(HOUR - (at % HOUR) + after, "feature.used", { feature: "bulk_edit", core: true }, actor),
        random,
      ),
  },
];
