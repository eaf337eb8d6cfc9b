import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp } from "../../../server/http/app.ts";
import { createHome } from "../../../server/http/home/index.ts";
import { silentLogger } from "../../../server/lib/log.ts";
import { NOON } from "../../builders.ts";

/** A server with nothing but the front page; tests change it as they like. */
export interface Site {
  readonly url: string;
  tenants: number;
  failing: boolean;
  close(): Promise<void>;
}

export async function startSite(): Promise<Site> {
  const site: Site = { url: "", tenants: 0, failing: false, close: async () => {} };
  const store = {
    tenants: async () => {
      if (site.failing) throw new Error("the store is gone");
      return Array.from({ length: site.tenants }, (_, n) => ({
        id: `t${n}`,
        createdAt: NOON,
        identitySecret: "",
      }));
    },
  };
  const mounts = [{ path: "/", handler: createHome({ store, log: silentLogger }) }];
  const server = createServer(createApp({ mounts, log: silentLogger, trustProxy: false }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(site, {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
