/** The real server on a folder, with a stand-in for Zendesk before it; killed by its parent. */
import { startServer } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import { adminOf } from "../../test/support/acting.ts";
import { createProfiler } from "../kit/profiler.ts";
import { TENANT } from "./people.ts";

export interface ServerOrders {
  readonly dataDir: string;
  readonly publicPem: string;
  readonly sdkUrl: string;
  readonly standIn: string;
  /** The app as Vite built it. */
  readonly builtIn: string;
  readonly profile: string | null;
}

export interface Ready {
  readonly url: string;
  /** An agent's. */
  readonly token: string;
  readonly pid: number;
}

process.once("message", (orders: ServerOrders) => {
  void start(orders);
});

async function start({ dataDir, publicPem, sdkUrl, standIn, builtIn, profile }: ServerOrders): Promise<void> {
  const { config } = loadConfig({ FORESTALL_DATA: dataDir, PORT: "0", LOG_LEVEL: "error" }, process.cwd());
  const zendesk = { sdkUrl, standIn, builtIn };
  const app = await startServer({ ...config, zendeskKeys: [publicPem] }, { zendesk });
  const by = { actor: "bench", reason: "bench" };
  const { token } = await adminOf(app).createToken(TENANT, { role: "agent", label: "bench" }, by);
  const profiler = profile === null ? null : createProfiler(profile);
  profiler?.begin();
  process.on("message", () => {
    void (profiler?.write() ?? Promise.resolve()).then(() => app.close()).then(() => process.exit(0));
  });
  process.send?.({ url: app.url, token, pid: process.pid } satisfies Ready);
}
