import { onTestFinished } from "vitest";
import { type Opened, openApp } from "../../server/app.ts";
import type { Config } from "../../server/config.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { configFor, scratchFolder } from "../cli/world.ts";
import { type FakeClock, fakeClock } from "../fake-clock.ts";
import type { Doer } from "../support/acting.ts";
import { adminOf } from "../support/acting.ts";

/** Monday, 2 March 2026, 12:00 UTC. */
export const NOON = Date.UTC(2026, 2, 2, 12);
export const BY: Doer = { actor: "cli:tester", reason: "a test" };

export interface AdminWorld {
  readonly folder: string;
  readonly app: Opened;
  readonly clock: FakeClock;
  /** Closes the application and opens it anew on the same folder. */
  reopen(): Promise<Opened>;
  /** Another application, on a folder as it lay when the first was killed. */
  openAgain(folder: string): Promise<Opened>;
}

/** An application on a store of its own with the tenant acme, at noon. */
export async function anAdminWorld(changes: Partial<Config> = {}): Promise<AdminWorld> {
  const folder = scratchFolder();
  const clock = fakeClock(NOON);
  const open = (where = folder) =>
    openApp({ ...configFor(where), ...changes }, { purpose: "a test", clock, log: silentLogger });
  let app = await open();
  onTestFinished(() => app.close());
  await adminOf(app).createTenant("acme", {}, BY);
  return {
    folder,
    clock,
    get app() {
      return app;
    },
    async reopen() {
      await app.close();
      app = await open();
      return app;
    },
    async openAgain(where) {
      const again = await open(where);
      onTestFinished(() => again.close());
      return again;
    },
  };
}

/** What the audit of acme says, newest first. */
export async function auditOf(app: Opened): Promise<readonly string[]> {
  const { rows } = await app.store.audit("acme", { limit: 100 });
  return rows.map(({ action, subject }) => `${action} ${subject}`);
}
