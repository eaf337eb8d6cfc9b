import { type Millis, parseDuration } from "../core/time.ts";
import { type Foreign, isRecord } from "../lib/foreign.ts";
import type { Problem } from "./errors.ts";

/**
 * Reads one mapping of a pattern file and notes every problem under its full path. What could not be read comes back
 * as a harmless value: a file with a problem is refused as a whole, so the value is never used.
 */
export class Reader {
  readonly #problems: Problem[];
  readonly #file: string;
  readonly #path: string;
  readonly #fields: Foreign;

  constructor(file: string, path: string, fields: Foreign, problems: Problem[]) {
    this.#file = file;
    this.#path = path;
    this.#fields = fields;
    this.#problems = problems;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name);
  }

  raw(name: string): unknown {
    return this.has(name) ? this.#fields[name] : undefined;
  }

  names(): readonly string[] {
    return Object.keys(this.#fields);
  }

  refuse(name: string, message: string): void {
    const path = [this.#path, name].filter((part) => part !== "").join(".");
    this.#problems.push({ file: this.#file, path, message });
  }

  /** Refuses names that mean nothing here: most likely a misspelling. */
  only(...known: readonly string[]): void {
    for (const name of this.names()) {
      if (!known.includes(name)) this.refuse(name, `means nothing here; write ${known.join(", ")}`);
    }
  }

  text(name: string, what: string): string {
    const value = this.raw(name);
    if (typeof value === "string" && value.trim() !== "") return value;
    this.refuse(name, `write ${what}`);
    return "";
  }

  number(name: string, low: number, high: number): number {
    const value = this.raw(name);
    if (typeof value === "number" && value >= low && value <= high) return value;
    this.refuse(name, `write a number from ${low} to ${high}`);
    return low;
  }

  /** How many: a whole number of at least `low`. */
  whole(name: string, low: number): number {
    const value = this.raw(name);
    if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= 10_000) return value;
    this.refuse(name, `write a whole number from ${low} to 10000`);
    return low;
  }

  length(name: string): Millis {
    const value = this.raw(name);
    try {
      if (typeof value === "string") {
        const read = parseDuration(value);
        if (read > 0) return read;
      }
    } catch {
      // The message below says it for every wrong spelling.
    }
    this.refuse(name, "write a length of time such as 30s, 15m, 48h or 7d");
    return 1;
  }

  /** The mapping under `name`, read in its own path. */
  part(name: string, what: string): Reader {
    const value = this.raw(name);
    if (isRecord(value)) return this.inside(name, value);
    this.refuse(name, `write ${what}`);
    return this.inside(name, {});
  }

  inside(name: string, fields: Foreign): Reader {
    const path = [this.#path, name].filter((part) => part !== "").join(".");
    return new Reader(this.#file, path, fields, this.#problems);
  }
}
