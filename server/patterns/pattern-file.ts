import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseDocument } from "yaml";
import type { Pattern, Selector, When } from "../core/pattern.ts";
import { DAY } from "../core/time.ts";
import { hasField } from "../core/vocabulary.ts";
import { type Foreign, isRecord } from "../lib/foreign.ts";
import type { Problem } from "./errors.ts";
import { type Playbook, readPlaybook } from "./playbook.ts";
import { Reader } from "./reader.ts";
import { OWNER_OR_REFUSED, PATTERN_FILE, type PatternFile } from "./schema.ts";
import { readNamed, unknownField } from "./selectors.ts";
import { readWhen } from "./when.ts";

/** The folder of the patterns that come with the product. */
export const SHIPPED = fileURLToPath(new URL("./", import.meta.url));

/** One pattern out of the text of its file; null, with the problems noted, when it is refused. */
export function toPattern(dir: string, file: string, text: string, problems: Problem[]): Pattern | null {
  const raw = parseYaml(file, text, problems);
  if (raw === null) return null;
  const before = problems.length;
  const parsed = PATTERN_FILE.safeParse(raw);
  for (const issue of parsed.error?.issues ?? []) {
    const path = issue.path.join(".");
    problems.push({ file, path, message: explain(path, issue, raw) });
  }
  const { when, per } = isRecord(raw.when)
    ? readWhen(new Reader(file, "when", raw.when, problems))
    : { when: null, per: [] };
  const top = new Reader(file, "", raw, problems);
  const recovers = top.has("recovers") ? readRecovery(top, per) : null;
  const segments = readSegments(top, when);
  const playbook = playbookOf(dir, file, raw, problems);
  if (parsed.data === undefined || when === null || playbook === null || problems.length > before)
    return null;
  return build(parsed.data, { when, per, recovers, segments, playbook });
}

function parseYaml(file: string, text: string, problems: Problem[]): Foreign | null {
  const refuse = (message: string): null => {
    problems.push({ file, path: "", message: message.split("\n")[0] ?? message });
    return null;
  };
  try {
    const document = parseDocument(text);
    const fault = document.errors[0];
    if (fault !== undefined) return refuse(fault.message);
    // A handful of aliases is convenience; thousands are an attempt to fill memory.
    const raw: unknown = document.toJS({ maxAliasCount: 10 });
    return isRecord(raw) ? raw : refuse("write one pattern as a YAML mapping");
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

/** What is missing altogether and belongs to "owner or refused" says so in full. */
function explain(
  path: string,
  issue: { readonly code: string; readonly message: string; readonly keys?: readonly string[] },
  raw: Foreign,
): string {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(PATTERN_FILE.shape).join(", ");
    return `${(issue.keys ?? []).join(", ")} means nothing here; write ${known}`;
  }
  if (path === "owner" && !Object.hasOwn(raw, "owner"))
    return `${OWNER_OR_REFUSED}: write owner: { role: support-ops }`;
  if (path === "playbook" && !Object.hasOwn(raw, "playbook"))
    return `${OWNER_OR_REFUSED}: write the name of a file in playbooks/, or the paragraph itself`;
  return issue.message;
}

/** A recovery counts for the same key, so its events must carry the fields of the key. */
function readRecovery(top: Reader, per: Pattern["per"]): Selector {
  const recovers = readNamed(top, "recovers");
  for (const field of per.slice(1)) {
    const without = recovers.of.find((type) => !hasField(type, field));
    if (without !== undefined) top.refuse("recovers", unknownField([without], field));
  }
  return recovers;
}

function readSegments(top: Reader, when: When | null): Pattern["segments"] {
  const segments: { [segment: string]: { readonly count: number } } = {};
  const all = top.raw("segments");
  if (!isRecord(all)) return segments;
  const part = top.inside("segments", all);
  if (when !== null && !("count" in when))
    top.refuse("segments", "only count, distinct and consecutive have a count");
  for (const name of part.names()) {
    const one = part.part(name, "{ count: 3 }");
    one.only("count");
    segments[name] = { count: one.whole("count", 1) };
  }
  return segments;
}

function playbookOf(dir: string, file: string, raw: Foreign, problems: Problem[]): Playbook | null {
  const named = raw.playbook;
  if (typeof named !== "string") return null;
  const inline = typeof raw.firstAction === "string" ? raw.firstAction : null;
  const found = readPlaybook([join(dir, "playbooks"), join(SHIPPED, "playbooks")], named);
  if (found === null) {
    problems.push({
      file,
      path: "playbook",
      message: `${OWNER_OR_REFUSED}: there is no playbooks/${basename(named)}`,
    });
    return null;
  }
  const playbook = { ...found, firstAction: inline ?? found.firstAction };
  if (playbook.firstAction.trim() === "") {
    const how = 'write firstAction here, or begin the playbook with "First action: ..."';
    problems.push({ file, path: "firstAction", message: `${OWNER_OR_REFUSED}: ${how}` });
  }
  if (playbook.paragraph === "") {
    problems.push({
      file,
      path: "playbook",
      message: `${OWNER_OR_REFUSED}: write a paragraph in ${playbook.file}`,
    });
  }
  return playbook;
}

interface Parts {
  readonly when: When;
  readonly per: Pattern["per"];
  readonly recovers: Selector | null;
  readonly segments: Pattern["segments"];
  readonly playbook: Playbook;
}

function build(file: PatternFile, { when, per, recovers, segments, playbook }: Parts): Pattern {
  const {
    channels,
    clue,
    stepAfter,
    family,
    quiet,
    window,
    recipient,
    history,
    playbook: _named,
    firstAction: _first,
    recovers: _read,
    ...rest
  } = file;
  const { expert, measured, ...figures } = history;
  return {
    ...rest,
    when,
    per,
    segments,
    ...(recovers === null ? {} : { recovers }),
    version: hash({ when, per, recovers, segments }),
    family: family ?? file.id,
    quiet: quiet ?? defaultQuiet(when),
    window: window ?? Math.max(DAY, 2 * history.leadTime),
    recipient: recipient[0] ?? "actor",
    ...(recipient[1] === undefined ? {} : { recipientFallback: recipient[1] }),
    ...(channels === undefined ? {} : { channels }),
    ...(clue === undefined ? {} : { clue }),
    ...(stepAfter === undefined ? {} : { stepAfter }),
    history: {
      ...figures,
      ...(expert === undefined ? {} : { expert }),
      ...(measured === undefined ? {} : { measured }),
    },
    firstAction: playbook.firstAction,
    playbook: playbook.file,
    playbookText: playbook.paragraph,
  };
}

/** Evidence that is counted in a window stays open as long as the window; everything else for a day. */
function defaultQuiet(when: When): number {
  return "within" in when ? when.within : DAY;
}

/** Eight hex digits of SHA-256 over the JSON of a value. */
export function hash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8);
}
