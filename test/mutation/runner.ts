import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { HostAnswer, HostOrder } from "./host.ts";

const HOST = fileURLToPath(new URL("./host.ts", import.meta.url));

/** Runs tests in a copy of the tree, one order at a time. */
export interface Runner {
  /** @returns what failed, or null when it did not come to an end in time, or took the whole process with it */
  run(order: HostOrder, withinMs: number): Promise<HostAnswer | null>;
  close(): void;
}

export function createRunner(folder: string): Runner {
  let host: ChildProcess | undefined;

  const close = () => {
    host?.kill("SIGKILL");
    host = undefined;
  };

  return {
    close,
    async run(order, withinMs) {
      host ??= await startHost(folder);
      host.send(order);
      const answer = await nextMessage(host, withinMs);
      if (answer === null) close();
      return answer as HostAnswer | null;
    },
  };
}

async function startHost(folder: string): Promise<ChildProcess> {
  const host = fork(HOST, [folder], { cwd: folder, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ready = await nextMessage(host, 60_000);
  if (ready === null) throw new Error("vitest could not be started");
  return host;
}

/** Null when the time is up, or the process ends without a word. */
function nextMessage(host: ChildProcess, withinMs: number): Promise<unknown> {
  return new Promise((resolve) => {
    const answer = (message: unknown) => {
      clearTimeout(timer);
      host.off("message", answer).off("exit", end);
      resolve(message);
    };
    const end = () => answer(null);
    const timer = setTimeout(end, withinMs);
    host.once("message", answer).once("exit", end);
  });
}
