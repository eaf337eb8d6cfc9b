import fc from "fast-check";
import type { Event, EventData } from "../../../server/core/event.ts";
import type { Pattern, When } from "../../../server/core/pattern.ts";
import { DAY, HOUR, MINUTE, type Millis, SECOND } from "../../../server/core/time.ts";
import { aPattern, START, selector } from "./world.ts";

/** Lengths that often meet exactly, to find out what happens at the edge. */
const lengths = fc.constantFrom(
  0,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
);
const counts = fc.constantFrom(1, 2, 2, 3, 3, 4);
const evidence = fc.constantFrom(
  selector("x"),
  selector("x"),
  selector("x", { v: 1 }),
  selector(["x", "y"], { v: { not: 2 } }),
  selector("y"),
);
const ending = fc.constantFrom(
  selector("y"),
  selector("z"),
  selector("y", { v: { in: [1, 2] } }),
  selector("z"),
  selector("x"),
);

export const kinds: { readonly [kind in When["kind"]]: fc.Arbitrary<When> } = {
  count: fc
    .tuple(counts, evidence, lengths)
    .map(([count, of, within]) => ({ kind: "count", count, ...of, within })),
  distinct: fc
    .tuple(fc.constantFrom("w", "person", "v"), counts, evidence, lengths)
    .map(([field, count, of, within]) => ({ kind: "distinct", distinct: field, count, ...of, within })),
  consecutive: fc
    .tuple(counts, evidence, ending)
    .map(([count, of, brokenBy]) => ({ kind: "consecutive", count, ...of, brokenBy })),
  once: fc
    .tuple(evidence, fc.option(lengths, { nil: undefined }), fc.boolean())
    .map(([of, sinceSignup, unless]) => ({
      kind: "once",
      ...of,
      ...(sinceSignup === undefined ? {} : { sinceSignup: sinceSignup * 2 }),
      ...(unless ? { unless: "onboarded" as const } : {}),
    })),
  absence: fc
    .tuple(evidence, ending, lengths)
    .map(([after, missing, length]) => ({ kind: "absence", after, missing, for: length })),
  level: evidence.map((of) => ({ kind: "level", value: "used", limit: "limit", at: 0.9, clear: 0.5, ...of })),
  spike: fc
    .tuple(
      fc.constantFrom(10 * MINUTE, HOUR, HOUR, DAY),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(1.5, 2, 3),
      counts,
      evidence,
    )
    .map(([bucket, over, factor, minimum, of]) => ({ kind: "spike", bucket, over, factor, minimum, ...of })),
  drop: fc
    .tuple(
      fc.constantFrom(10 * MINUTE, HOUR, HOUR, DAY),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(0, 0.3, 0.5, 0.9),
      counts,
      evidence,
    )
    .map(([bucket, over, factor, minimum, of]) => ({ kind: "drop", bucket, over, factor, minimum, ...of })),
  sequence: fc
    .tuple(evidence, ending, lengths)
    .map(([first, then, within]) => ({ kind: "sequence", first, then, within })),
  score: fc
    .tuple(evidence, fc.constantFrom({ under: -0.5 }, { over: 0.5 }))
    .map(([of, bound]) => ({ kind: "score", field: "s", ...bound, ...of })),
};

/** A pattern of one kind, with whatever else a pattern may have. */
export function patterns(kind: When["kind"]): fc.Arbitrary<Pattern> {
  return fc
    .record({
      when: kinds[kind],
      per: fc.constantFrom(["account"], ["account"], ["person"], ["account", "w"], ["person", "w"]),
      quiet: lengths,
      recovers: fc.option(ending, { nil: undefined, freq: 2 }),
      segments: fc.constantFrom({}, {}, { big: { count: 1 } }, { big: { count: 2 }, pro: { count: 5 } }),
      refractory: fc.constantFrom(0, 0, 0, 10 * MINUTE, DAY),
    })
    .map(({ when, recovers, ...rest }) =>
      aPattern(when, { id: `P-${kind}`, ...rest, ...(recovers === undefined ? {} : { recovers }) }),
    );
}

/** A burst, in which five minutes hold many events: most of them arrive out of order. */
const smallSteps = fc.constantFrom<Millis>(0, 1, SECOND, 10 * SECOND, 30 * SECOND);
const mixedSteps = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom<Millis>(0, 1, SECOND, 30 * SECOND, 30 * SECOND, MINUTE) },
  { weight: 5, arbitrary: fc.constantFrom<Millis>(2 * MINUTE, 5 * MINUTE, 10 * MINUTE) },
  { weight: 1, arbitrary: fc.constantFrom<Millis>(HOUR, DAY) },
);
const onTime = fc.constantFrom<Millis>(
  0,
  0,
  0,
  1,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  3 * MINUTE,
  5 * MINUTE,
  -MINUTE,
  -5 * MINUTE,
);
const anyDelay = fc.oneof(
  { weight: 6, arbitrary: onTime },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Millis>(
      5 * MINUTE + 1,
      10 * MINUTE,
      2 * HOUR,
      DAY,
      DAY + 1,
      3 * DAY,
      20 * DAY,
    ),
  },
);

const data: fc.Arbitrary<EventData> = fc.record(
  {
    v: fc.integer({ min: 1, max: 3 }),
    w: fc.constantFrom<string | number>("p", "q", 7),
    used: fc.constantFrom<number | string>(4, 4, 8, 9, 10, 10, "9"),
    limit: fc.constantFrom(10, 10, 10, 0),
    s: fc.constantFrom(-0.9, -0.5, 0, 0.9),
  },
  { requiredKeys: ["v", "used", "limit", "s"] },
);

const plain = fc.record({
  type: fc.constantFrom("x", "x", "x", "x", "y", "z"),
  person: fc.constantFrom("u1", "u1", "u2", "u3", null),
  data,
});
const fact = fc.oneof(
  fc.constant({ type: "onboarding.completed", person: null, data: {} as EventData }),
  fc.record({
    type: fc.constantFrom("account.signed_up", "account.updated"),
    person: fc.constant(null),
    data: fc.constantFrom<EventData>(
      {},
      { segment: "big" },
      { plan: "pro" },
      { segment: "small", plan: "big" },
    ),
  }),
);

export interface Arrival {
  readonly event: Event;
  /** Before it arrives, the clock is looked at this long after the previous arrival; null for never. */
  readonly tick: Millis | null;
}

/** Events in the order of arrival: mostly on time, often at the same moment, some late, some very old. */
export function streams(most: number, lateToo = true, least = 1): fc.Arbitrary<Arrival[]> {
  const steps = fc.constantFrom(smallSteps, mixedSteps);
  return steps.chain((step) => streamOf(step, most, lateToo, least));
}

function streamOf(
  step: fc.Arbitrary<Millis>,
  most: number,
  lateToo: boolean,
  least: number,
): fc.Arbitrary<Arrival[]> {
  const one = fc.record({
    what: fc.oneof({ weight: 8, arbitrary: plain }, { weight: 1, arbitrary: fact }),
    step,
    delay: lateToo ? anyDelay : onTime,
    source: fc.constantFrom("a", "b"),
    order: fc.nat(9),
    tick: fc.option(fc.constantFrom(0, MINUTE, 5 * MINUTE, HOUR), { freq: 3 }),
  });
  return fc.array(one, { minLength: least, maxLength: most, size: "max" }).map((arrivals) => {
    let now = START;
    return arrivals.map(({ what, step, delay, source, order, tick }, i) => {
      const event: Event = {
        tenant: "t1",
        source,
        id: `${order}-${i}`,
        time: now + step - delay,
        receivedAt: now + step,
        account: "acme",
        ...what,
      };
      now += step;
      return { event, tick: tick === null || tick > step ? null : event.receivedAt - step + tick };
    });
  });
}

/** Patterns of any kinds: one hears events, one the matches of the first, one those of the second. */
export const libraries: fc.Arbitrary<Pattern[]> = fc
  .record({
    inner: fc.constantFrom(...(Object.keys(kinds) as When["kind"][])).chain(patterns),
    other: fc.constantFrom(...(Object.keys(kinds) as When["kind"][])).chain(patterns),
    outer: fc.constantFrom(...(Object.keys(kinds) as When["kind"][])).chain(patterns),
    both: fc.boolean(),
  })
  .map(({ inner, other, outer, both }) => [
    { ...overMatches(other, "P-outer", both), id: "P-outermost" },
    { ...overMatches(outer, "P-inner", both), id: "P-outer" },
    { ...inner, id: "P-inner" },
  ]);

function overMatches(pattern: Pattern, match: string, both: boolean): Pattern {
  const { when } = pattern;
  const own = { of: both ? ["z"] : [], match, where: {} };
  switch (when.kind) {
    case "absence":
      return { ...pattern, when: { ...when, after: own } };
    case "sequence":
      return { ...pattern, when: { ...when, first: own } };
    default:
      return { ...pattern, when: { ...when, ...own } };
  }
}
