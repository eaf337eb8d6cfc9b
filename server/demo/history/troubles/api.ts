import { MINUTE, SECOND } from "../../../core/time.ts";
import type { DemoAccount } from "../../world/world.ts";
import { type Cast, repeat, type Step, step, type Trouble } from "../story.ts";

const ENDPOINTS = ["/v1/orders", "/v1/inventory", "/v1/export", "/v1/payouts"];
const INTEGRATIONS = ["bookkeeping", "web_shop", "loyalty", "courier"];

/** Who pays uses the API; a free account has none. */
export const usesApi = ({ plan }: DemoAccount) => plan === "pro" || plan === "enterprise";

export const hookOf = ({ account }: Pick<Cast, "account">) => `https://hooks.${account.id}.example.com/sales`;

const apiWorks = ({ actor }: Cast): readonly Step[] => [
  step(0, "action.succeeded", { action: "export" }, actor),
];

/** What runs between the tenant's product and its customers' own systems. */
export const API: readonly Trouble[] = [
  {
    pattern: "P-001",
    actor: "technical",
    times: 58,
    fits: usesApi,
    script({ random }) {
      const endpoint = random.pick(ENDPOINTS);
      return repeat(
        random.int(5, 9),
        70 * SECOND,
        (after) => step(after, "api.request_failed", { status: 429, endpoint, latencyMs: 12 }),
        random,
      );
    },
    ending: apiWorks,
  },
  {
    pattern: "P-003",
    actor: "technical",
    times: 48,
    fits: usesApi,
    script: (cast) =>
      repeat(
        3,
        5 * MINUTE,
        (after) => step(after, "webhook.delivery_failed", { endpoint: hookOf(cast), status: 503 }),
        cast.random,
      ),
    ending: (cast) => [step(0, "webhook.delivery_succeeded", { endpoint: hookOf(cast), status: 200 })],
  },
  {
    pattern: "P-007",
    actor: "technical",
    times: 24,
    fits: usesApi,
    script({ random }) {
      const endpoint = random.pick(ENDPOINTS);
      return repeat(
        12,
        4 * MINUTE,
        (after, index) =>
          index % 4 === 3
            ? step(after, "api.request_timed_out", { endpoint, latencyMs: 30_000 })
            : step(after, "api.request_failed", { status: 502, endpoint, latencyMs: 180 }),
        random,
      );
    },
    ending: apiWorks,
  },
  {
    pattern: "P-031",
    actor: "technical",
    times: 90,
    fits: usesApi,
    script: ({ random }) => [
      step(0, "api.request_failed", {
        status: random.pick([500, 502, 404]),
        endpoint: random.pick(ENDPOINTS),
      }),
    ],
  },
  {
    pattern: "P-012",
    actor: "technical",
    times: 36,
    script: ({ random, actor }) => [
      step(0, "integration.disconnected", { integration: random.pick(INTEGRATIONS) }, actor),
    ],
    ending: ({ actor }) =>
      INTEGRATIONS.map((integration, place) =>
        step(place * SECOND, "integration.connected", { integration }, actor),
      ),
  },
  {
    pattern: "P-029",
    actor: "technical",
    times: 20,
    script: ({ random }) => [
      step(0, "service.degraded", { component: random.pick(["reports", "receipts"]), severity: "minor" }),
    ],
    ending: () =>
      ["reports", "receipts"].map((component, place) =>
        step(place * SECOND, "service.recovered", { component }),
      ),
  },
];
