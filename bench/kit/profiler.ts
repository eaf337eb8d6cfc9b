import { mkdirSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { join } from "node:path";

/** Where the processor's time goes, in the format that browsers' developer tools and editors open. */
export function createProfiler(folder: string) {
  const session = new Session();
  let begun = false;
  return {
    begin(): void {
      if (begun) return;
      begun = true;
      session.connect();
      void session.post("Profiler.enable").then(() => session.post("Profiler.start"));
    },
    async write(): Promise<void> {
      if (!begun) return;
      const { profile } = await session.post("Profiler.stop");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${process.pid}.cpuprofile`), JSON.stringify(profile));
    },
  };
}
