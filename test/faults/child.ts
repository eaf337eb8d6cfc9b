/** A server of its own process, for tests that kill it: what it is told stands in one environment variable. */
import { startServer } from "../../server/app.ts";
import { controlHandlers } from "../../server/cli/methods.ts";
import { loadConfig } from "../../server/config.ts";
import type { DeliverOptions } from "../../server/flow/deliver/contract.ts";
import { systemClock } from "../../server/lib/clock.ts";
import { type KillPoint, withKillPoints } from "./provider.ts";

export interface ChildOrders {
  readonly dataDir: string;
  readonly port: number;
  /** Dies the n-th time it passes the point. */
  readonly kill?: { readonly point: KillPoint; readonly nth: number };
  readonly deliver?: Partial<DeliverOptions>;
  /** What its clock says when it begins; it runs on from there. The machine's own time otherwise. */
  readonly startsAt?: number;
}

const orders = JSON.parse(process.env.FAULTS_CHILD ?? "{}") as ChildOrders;
const { config } = loadConfig(
  {
    FORESTALL_DATA: orders.dataDir,
    PORT: String(orders.port),
    FORESTALL_PUBLIC_URL: `http://127.0.0.1:${orders.port}`,
    LOG_LEVEL: "error",
    FORESTALL_ALLOW_LOOPBACK_PROVIDERS: "1",
  },
  process.cwd(),
);

const { startsAt } = orders;
const ahead = startsAt === undefined ? 0 : startsAt - Date.now();

let passed = 0;
const running = await startServer(config, {
  handlers: controlHandlers,
  clock: { ...systemClock, now: () => Date.now() + ahead },
  wrapDeliverer: (deps) => {
    const hurried = { ...deps, options: { ...deps.options, ...orders.deliver } };
    const { kill } = orders;
    if (kill === undefined) return hurried;
    return withKillPoints(hurried, (point) => point === kill.point && ++passed === kill.nth);
  },
});
process.stdout.write(`${JSON.stringify({ url: running.url })}\n`);
process.once("SIGTERM", () => {
  void running.close().then(() => process.exit(0));
});
