/**
 * A recorded input log on disk. `log-1.ndjson.gz` has one record a line, in order: an input as the store gave it, or
 * a mark of something that happened to the server between two inputs. `log-1.libraries.json.gz` has every pattern
 * library that the log names, `log-1.decisions.ndjson.gz` what was decided, short enough to be kept for saying in
 * words what differs, and `log-1.digests.json` the digests that every later version is held against.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Decision } from "../../server/core/decision.ts";
import type { Effect } from "../../server/core/effect.ts";
import type { Pattern } from "../../server/core/pattern.ts";
import type { LogInput } from "../../server/store/contract.ts";
import { CONTROL } from "../../server/store/shapes/control.ts";
import { EVENT } from "../../server/store/shapes/event.ts";
import { LIBRARY } from "../../server/store/shapes/library.ts";
import { saidThen, type Words, wordsOf } from "./words.ts";

export const HERE = import.meta.dirname;

/** Inputs that share a digest: few enough to find a difference quickly. */
export const CHUNK = 10_000;

export type Mark =
  /** Every unit that had changed was saved; the next time it is needed it may come from its snapshot. */
  | { readonly mark: "saved" }
  /** Retention ran at this moment: the store's log has lost what is older than 90 days by then. */
  | { readonly mark: "retained"; readonly now: number }
  /** The server was cut off without saving, and started again. */
  | { readonly mark: "restarted" }
  /** The log and the units were rewritten with the pseudonym in the person's place. */
  | { readonly mark: "erased"; readonly tenant: string; readonly person: string; readonly pseudonym: string };
export type Line = LogInput | Mark;

/** What was decided by which input, in short. */
export type Short = readonly [
  seq: number,
  kind: string,
  reason: string,
  channel: string | null,
  person: string | null,
  step: number,
  /** Milliseconds from the decision to the end of the hold. */
  holds: number | null,
];

export interface Digests {
  /** The version that recorded it, and the engine it had. */
  readonly commit: string;
  readonly engine: string;
  readonly inputs: number;
  readonly decisions: number;
  readonly effects: number;
  /** SHA-256, hex, of each 10,000 inputs' decisions and effects. */
  readonly ofDecisions: readonly string[];
  readonly ofEffects: readonly string[];
}

export interface Recording {
  readonly name: string;
  readonly lines: readonly Line[];
  readonly libraries: ReadonlyMap<string, readonly Pattern[]>;
  readonly decisions: readonly Short[];
  readonly digests: Digests;
}

export function isMark(line: Line): line is Mark {
  return "mark" in line;
}

export function inputsOf(lines: readonly Line[]): readonly LogInput[] {
  return lines.filter((line): line is LogInput => !isMark(line));
}

/** `log-1`, `log-2`, ... */
export function recordings(): readonly string[] {
  return readdirSync(HERE)
    .map((file) => /^(log-\d+)\.ndjson\.gz$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

export function readRecording(name: string): Recording {
  return {
    name,
    lines: readLines(`${name}.ndjson.gz`).map((line) => lineOf(line as Line)),
    libraries: new Map(
      Object.entries(JSON.parse(unpacked(`${name}.libraries.json.gz`)) as { [version: string]: unknown }).map(
        ([version, content]) => [version, LIBRARY.from(content, `library ${version} of ${name}`)],
      ),
    ),
    decisions: readLines(`${name}.decisions.ndjson.gz`) as readonly Short[],
    digests: JSON.parse(readFileSync(join(HERE, `${name}.digests.json`), "utf8")) as Digests,
  };
}

/** As a store reads it: what an older version wrote is brought to the shape of this one. */
function lineOf(line: Line): Line {
  if (isMark(line)) return line;
  const { seq, body } = line;
  const where = () => `input ${seq} of a recording`;
  const now =
    "event" in body
      ? { event: EVENT.from(body.event, where) }
      : { control: CONTROL.from(body.control, where) };
  return { ...line, body: now };
}

/** As a store writes it: with the shape that it has. */
function stored(line: Line): unknown {
  if (isMark(line)) return line;
  const { body } = line;
  return {
    ...line,
    body: "event" in body ? { event: EVENT.wrap(body.event) } : { control: CONTROL.wrap(body.control) },
  };
}

export function writeRecording(
  name: string,
  { lines, libraries, decisions, digests }: Omit<Recording, "name">,
): void {
  if (existsSync(join(HERE, `${name}.ndjson.gz`)) && !process.argv.includes("--renew")) {
    throw new Error(`${name} is there already; README.md says when it may be renewed, and how`);
  }
  pack(`${name}.ndjson.gz`, lines.map((line) => JSON.stringify(stored(line))).join("\n"));
  pack(`${name}.libraries.json.gz`, JSON.stringify(Object.fromEntries(libraries)));
  pack(`${name}.decisions.ndjson.gz`, decisions.map((line) => JSON.stringify(line)).join("\n"));
  writeFileSync(join(HERE, `${name}.digests.json`), `${JSON.stringify(digests, null, 2)}\n`);
}

const unpacked = (file: string) => gunzipSync(readFileSync(join(HERE, file))).toString("utf8");
const pack = (file: string, text: string) => writeFileSync(join(HERE, file), gzipSync(text, { level: 9 }));
const readLines = (file: string): readonly unknown[] =>
  unpacked(file)
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

/** Takes what each input led to, in order, and says what it comes to. */
export interface Tally {
  /** To be called once for each input. */
  add(seq: number, effects: readonly Effect[]): void;
  readonly decisions: readonly Short[];
  digests(made: Pick<Digests, "commit" | "engine">): Digests;
}

/** @param engine whose words the digests are in */
export function createTally(engine: string): Tally {
  const words = wordsOf(engine);
  const decisions: Short[] = [];
  const ofDecisions: string[] = [];
  const ofEffects: string[] = [];
  let inputs = 0;
  let count = 0;
  let chunk = newChunk();
  const close = (): void => {
    ofDecisions.push(chunk.decisions.digest("hex"));
    ofEffects.push(chunk.effects.digest("hex"));
    chunk = newChunk();
  };
  return {
    decisions,
    add(seq, effects) {
      for (const effect of effects) {
        const text = stable(effect, words);
        count += 1;
        chunk.effects.update(text);
        if (effect.kind !== "decision") continue;
        chunk.decisions.update(text);
        decisions.push(shortOf(seq, effect.row, words));
      }
      inputs += 1;
      if (inputs % CHUNK === 0) close();
    },
    digests(made) {
      if (inputs % CHUNK > 0) close();
      return { ...made, inputs, decisions: decisions.length, effects: count, ofDecisions, ofEffects };
    },
  };
}

const newChunk = () => ({ decisions: createHash("sha256"), effects: createHash("sha256") });

function shortOf(seq: number, decision: Decision, words: Words): Short {
  const { kind, reason, channel, person, step, until, at } = decision;
  return [
    seq,
    kind,
    saidThen(words, "reason", reason),
    channel,
    person,
    step,
    until === null ? null : until - at,
  ];
}

/** A record as text, for a digest: in which order its fields were put together is nobody's business. */
export function stable(value: unknown, words: Words): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  let text = "";
  if (Array.isArray(value)) {
    for (const each of value) text += `,${stable(each, words)}`;
    return `[${text}]`;
  }
  const fields = value as { readonly [name: string]: unknown };
  for (const name of Object.keys(fields).sort()) {
    const field = fields[name];
    if (field === undefined) continue;
    // A string between quotes is most of it, and seldom needs more than that; it is for a digest, not for reading.
    text +=
      typeof field === "string"
        ? `,${name}="${saidThen(words, name, field)}"`
        : `,${name}=${stable(field, words)}`;
  }
  return `{${text}}`;
}
