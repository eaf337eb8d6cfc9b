import type { KeyPart, Selector, When } from "../core/pattern.ts";
import { DAY } from "../core/time.ts";
import type { Reader } from "./reader.ts";
import { anyHas, readNamed, readSelector, unknownField } from "./selectors.ts";

const KINDS = [
  "distinct",
  "count",
  "consecutive",
  "once",
  "absence",
  "level",
  "spike",
  "drop",
  "sequence",
  "score",
] as const;
type Kind = (typeof KINDS)[number];

const NO_KIND = `write one of ${KINDS.join(", ")}, such as { count: 5, of: api.request_failed, within: 15m, per: [account] }`;

/** Reads `when:` of a pattern file, with its `per`. The spelling of every kind is in docs/patterns.md. */
export function readWhen(from: Reader): { readonly when: When | null; readonly per: readonly KeyPart[] } {
  const kind = kindOf(from);
  const when = kind === null ? null : READ[kind](from);
  return { when, per: readPer(from, when) };
}

function kindOf(from: Reader): Kind | null {
  const found = KINDS.filter((kind) => from.has(kind));
  const [kind, other] = found;
  if (kind === undefined) {
    from.refuse("", NO_KIND);
    return null;
  }
  if (other !== undefined && !(kind === "distinct" && other === "count" && found.length === 2)) {
    from.refuse("", `${found.join(" and ")} do not go together; ${NO_KIND}`);
    return null;
  }
  return kind;
}

const READ: { readonly [kind in Kind]: (from: Reader) => When } = {
  count: (from) => {
    from.only("count", "of", "match", "where", "within", "per");
    return {
      kind: "count",
      count: from.whole("count", 2),
      ...readSelector(from),
      within: from.length("within"),
    };
  },
  distinct: (from) => {
    from.only("distinct", "count", "of", "match", "where", "within", "per");
    const distinct = from.text("distinct", "the field whose values are counted, or person");
    const selector = readSelector(from);
    checkField(from, "distinct", distinct, selector);
    return {
      kind: "distinct",
      distinct,
      count: from.whole("count", 2),
      ...selector,
      within: from.length("within"),
    };
  },
  consecutive: (from) => {
    from.only("consecutive", "of", "where", "brokenBy", "per");
    return {
      kind: "consecutive",
      count: from.whole("consecutive", 2),
      ...readSelector(from),
      brokenBy: readNamed(from, "brokenBy"),
    };
  },
  once: (from) => {
    from.only("once", "where", "sinceSignup", "unless", "per");
    const selector = readSelector(from, "once");
    if (from.has("unless") && from.raw("unless") !== "onboarded") from.refuse("unless", "write onboarded");
    return {
      kind: "once",
      ...selector,
      ...(from.has("sinceSignup") ? { sinceSignup: from.length("sinceSignup") } : {}),
      ...(from.has("unless") ? { unless: "onboarded" as const } : {}),
    };
  },
  absence: (from) => {
    from.only("absence", "per");
    const part = from.part("absence", "{ after: ..., missing: ..., for: 7d }");
    part.only("after", "missing", "for");
    return {
      kind: "absence",
      after: readNamed(part, "after"),
      missing: readNamed(part, "missing"),
      for: part.length("for"),
    };
  },
  level: (from) => {
    from.only("level", "of", "where", "per");
    const part = from.part("level", "{ value: used, of: limit, at: 0.9, clear: 0.85 }");
    part.only("value", "of", "at", "clear");
    const selector = readSelector(from);
    const value = part.text("value", "the field that holds what is used");
    const limit = part.text("of", "the field that holds the limit");
    checkField(part, "value", value, selector);
    checkField(part, "of", limit, selector);
    const at = part.number("at", 0.01, 10);
    const clear = part.number("clear", 0, 10);
    if (clear >= at)
      part.refuse("clear", "write a share below `at`, so that the match does not open and close at once");
    return { kind: "level", value, limit, at, clear, ...selector };
  },
  spike: (from) => readBuckets(from, "spike"),
  drop: (from) => readBuckets(from, "drop"),
  sequence: (from) => {
    from.only("sequence", "within", "per");
    const part = from.part("sequence", "{ first: ..., then: ... }");
    part.only("first", "then");
    return {
      kind: "sequence",
      first: readNamed(part, "first"),
      // biome-ignore lint/suspicious/noThenProperty: "first, then" is how people say it; nobody awaits a pattern.
      then: readNamed(part, "then"),
      within: from.length("within"),
    };
  },
  score: (from) => {
    from.only("score", "over", "under", "of", "where", "per");
    const field = from.text("score", "the field that holds the score");
    const selector = readSelector(from);
    checkField(from, "score", field, selector);
    if (from.has("over") === from.has("under")) from.refuse("", "write either over or under");
    return {
      kind: "score",
      field,
      ...selector,
      ...(from.has("over") ? { over: from.number("over", -1e9, 1e9) } : {}),
      ...(from.has("under") ? { under: from.number("under", -1e9, 1e9) } : {}),
    };
  },
};

function readBuckets(from: Reader, kind: "spike" | "drop"): When {
  from.only(kind, "of", "where", "per");
  const part = from.part(kind, "{ bucket: 1h, over: 24, factor: 3, minimum: 20 }");
  part.only("bucket", "over", "factor", "minimum");
  const bucket = part.length("bucket");
  if (bucket > 7 * DAY) part.refuse("bucket", "write at most 7d");
  const factor = kind === "spike" ? part.number("factor", 1.01, 1000) : part.number("factor", 0, 0.99);
  const over = part.whole("over", 3);
  return { kind, bucket, over, factor, minimum: part.whole("minimum", 1), ...readSelector(from) };
}

/** The types that the key of a match is read from. */
function selectorsOf(when: When): readonly Selector[] {
  if (when.kind === "absence") return [when.after, when.missing];
  if (when.kind === "sequence") return [when.first, when.then];
  return when.kind === "consecutive" ? [when, when.brokenBy] : [when];
}

function checkField(from: Reader, name: string, field: string, { of }: Selector): void {
  if (field === "person" || field === "account" || of.length === 0 || anyHas(of, field)) return;
  from.refuse(name, unknownField(of, field));
}

function readPer(from: Reader, when: When | null): readonly KeyPart[] {
  const value = from.raw("per");
  const per = typeof value === "string" ? [value] : value;
  if (!Array.isArray(per) || per.length === 0 || !per.every((part) => typeof part === "string")) {
    from.refuse("per", "write [account], [person], or one of them with a field: [account, endpoint]");
    return ["account"];
  }
  const [owner, ...fields] = per;
  if (owner !== "account" && owner !== "person" && owner !== "tenant") {
    from.refuse(
      "per",
      `a data field never stands alone; write [account, ${owner ?? ""}] or [person, ${owner ?? ""}]`,
    );
  }
  for (const { of } of when === null ? [] : selectorsOf(when)) {
    const missing = fields.find((field) => of.some((type) => !anyHas([type], field)));
    if (missing !== undefined) from.refuse("per", unknownField(of, missing));
  }
  return per;
}
