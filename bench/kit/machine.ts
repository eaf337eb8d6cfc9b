/** What the figures were measured on: times mean little without it. */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { quantile } from "./figures.ts";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  /** Milliseconds that one fdatasync of a 4 KB write takes. */
  readonly fsync: { readonly p50: number; readonly p99: number };
  /** How many processes wanted to run in the last minute; above `cores` somebody had to wait. */
  readonly load: number;
}

export function describeMachine(folder: string): Machine {
  const times = fsyncTimes(folder, 500);
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    fsync: { p50: quantile(times, 0.5), p99: quantile(times, 0.99) },
    load: loadavg()[0] ?? 0,
  };
}

/** Milliseconds of each of so many synced writes, over a file of 64 pages. */
function fsyncTimes(folder: string, count: number): number[] {
  const file = join(folder, "fsync");
  const fd = openSync(file, "w");
  const page = Buffer.alloc(4_096, 1);
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    writeSync(fd, page, 0, page.length, (i % 64) * page.length);
    const at = performance.now();
    fdatasyncSync(fd);
    times.push(performance.now() - at);
  }
  closeSync(fd);
  rmSync(file);
  return times;
}
