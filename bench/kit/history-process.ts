/** Fills a data folder with live events, and ends as a crash would: nothing is saved but the log. */
import { openApp } from "../../server/app.ts";
import { loadConfig } from "../../server/config.ts";
import { readCloudEvent } from "../../server/integrations/cloudevents/read.ts";
import { prepareTenant } from "./tenant.ts";
import { cloudEventOf, dayAt, streamOf, TENANT } from "./world.ts";

export interface HistoryOrders {
  readonly dataDir: string;
  readonly events: number;
  readonly accounts: number;
}

const BATCH = 1_000;

process.once("message", (orders: HistoryOrders) => {
  void fill(orders);
});

async function fill({ dataDir, events, accounts }: HistoryOrders): Promise<void> {
  const { config } = loadConfig({ FORESTALL_DATA: dataDir, LOG_LEVEL: "error" }, process.cwd());
  const app = await openApp(config, { purpose: "a bench" });
  const token = await prepareTenant(app);
  const stream = streamOf(accounts);
  for (let first = 0; first < events; first += BATCH) {
    const time = new Date().toISOString();
    const batch = Array.from({ length: BATCH }, (_, i) =>
      readCloudEvent({ ...cloudEventOf(dayAt(first + i, stream)), time }, Date.now()),
    );
    await app.pipeline.receive(
      TENANT,
      batch.filter((event) => typeof event !== "string"),
    );
  }
  process.send?.(token, () => process.kill(process.pid, "SIGKILL"));
}
