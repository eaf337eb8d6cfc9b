import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { MEMORY_FLAGS } from "../../bin/node-version.js";

export interface Orders {
  readonly dataDir: string;
  /** Makes the tenant of the benches, live on every channel, and answers its write token. */
  readonly tenant?: true;
  /** Where a processor profile is to be written, from the first `reset` to the end. */
  readonly profile?: string | null;
}

export type Question = "figures" | "reset" | "stop";
export type Reply = Started | Figures;

export interface Started {
  readonly url: string;
  readonly token: string;
  /** Milliseconds of opening everything until it listened. */
  readonly startedIn: number;
  /** The same, with the start of the process. */
  readonly sinceBirth: number;
  /** How many lines of progress it showed. */
  readonly progress: number;
}

export interface Figures {
  readonly cpuMs: number;
  readonly rssMb: number;
  /** Milliseconds that the event loop was late since the last `reset`. */
  readonly stallP99: number;
  readonly stallMax: number;
}

const PROCESS = fileURLToPath(new URL("./server-process.ts", import.meta.url));

export interface BenchServer extends Started {
  readonly pid: number;
  figures(): Promise<Figures>;
  reset(): void;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export async function startBenchServer(orders: Orders): Promise<BenchServer> {
  const child = fork(PROCESS, { execArgv: MEMORY_FLAGS, stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.send(orders);
  const started = (await next(child)) as Started;
  return {
    ...started,
    pid: child.pid ?? 0,
    async figures() {
      const reply = next(child);
      child.send("figures" satisfies Question);
      return (await reply) as Figures;
    },
    reset: () => void child.send("reset" satisfies Question),
    stop() {
      child.send("stop" satisfies Question);
      return ended;
    },
    kill() {
      child.kill("SIGKILL");
      return ended;
    },
  };
}

function next(child: ChildProcess): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error("the server ended before it answered"));
    child.once("exit", gone);
    child.once("message", (reply: Reply) => {
      child.off("exit", gone);
      resolve(reply);
    });
  });
}
