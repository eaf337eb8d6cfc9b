import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { MEMORY_FLAGS } from "../../bin/node-version.js";
import type { ChildOrders } from "./child.ts";

const CHILD = fileURLToPath(new URL("./child.ts", import.meta.url));

export interface Child {
  readonly url: string;
  readonly pid: number;
  readonly ended: Promise<number | null>;
  kill(signal: "SIGKILL" | "SIGTERM"): Promise<number | null>;
}

/**
 * Starts a server and waits until it listens; rejects when it ends before that. One that is to die at a point may get
 * there before it says that it listens: it takes up what was left at once.
 */
export async function startChild(orders: ChildOrders): Promise<Child> {
  const child = spawn(process.execPath, [...MEMORY_FLAGS, CHILD], {
    env: { ...process.env, FAULTS_CHILD: JSON.stringify(orders) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once("exit", (code) => resolve(code));
  });
  const url = await firstLine(child, orders.kill !== undefined);
  return {
    url,
    pid: child.pid ?? 0,
    ended,
    kill(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

function firstLine(child: ChildProcess, mayDie: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = "";
    let errors = "";
    child.stderr?.on("data", (bytes: Buffer) => {
      errors += bytes.toString();
    });
    child.stdout?.on("data", (bytes: Buffer) => {
      out += bytes.toString();
      const end = out.indexOf("\n");
      if (end >= 0) resolve((JSON.parse(out.slice(0, end)) as { url: string }).url);
    });
    child.once("exit", (code, signal) => {
      if (mayDie && signal === "SIGKILL") resolve("");
      else reject(new Error(`the server ended with ${code ?? signal} before it listened: ${errors}`));
    });
  });
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
