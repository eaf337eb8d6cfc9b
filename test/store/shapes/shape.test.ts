import { describe, expect, it } from "vitest";
import { z } from "zod";
import { RecordRefused } from "../../../server/store/contract.ts";
import { type Shape, shape } from "../../../server/store/shapes/shape.ts";

interface Visit {
  readonly who: string;
  readonly at: { readonly minute: number };
  readonly note?: string;
}

/** A kind that is in its third shape: it held one name for two things, and then a bare number of hours. */
const VISIT: Shape<Visit> = shape<Visit>()({
  kind: "a visit",
  version: 3,
  upgrades: [
    (older) => ({ who: field(older, "name"), hour: field(older, "hour") }),
    (older) => ({ who: field(older, "who"), at: { minute: Number(field(older, "hour")) * 60 } }),
  ],
  schema: z.object({
    who: z.string(),
    at: z.object({ minute: z.number() }),
    note: z.string().exactOptional(),
  }),
  complete: (lacking) => ({ at: { minute: 0 }, ...(lacking as object) }),
});

const LIST: Shape<readonly string[]> = shape<readonly string[]>()({
  kind: "a list",
  version: 2,
  upgrades: [(older) => (older as readonly number[]).map(String)],
  schema: z.array(z.string()),
});

const MAP: Shape<{ readonly [name: string]: number }> = shape<{ readonly [name: string]: number }>()({
  kind: "a map",
  version: 2,
  upgrades: [(older) => older],
  schema: z.record(z.string(), z.number()),
});

const field = (value: unknown, name: string): unknown => (value as { [name: string]: unknown })[name];
const here = "row 7 of visits";

describe("a record of an older shape", () => {
  it("is upgraded step by step", () => {
    expect(VISIT.read('{"name":"ana","hour":2}', here)).toEqual({ who: "ana", at: { minute: 120 } });
    expect(VISIT.read('{"shape":2,"who":"ana","hour":2}', here)).toEqual({ who: "ana", at: { minute: 120 } });
    expect(VISIT.read('{"shape":3,"who":"ana","at":{"minute":5}}', here)).toEqual({
      who: "ana",
      at: { minute: 5 },
    });
  });

  it("gets the default of a field that came since without another shape", () => {
    expect(VISIT.read('{"shape":3,"who":"ana"}', here)).toEqual({ who: "ana", at: { minute: 0 } });
  });

  it("is upgraded when it is a list or a map, which have no field to say their shape in", () => {
    expect(LIST.read("[1,2]", here)).toEqual(["1", "2"]);
    expect(LIST.read('{"shape":2,"of":["a"]}', here)).toEqual(["a"]);
    expect(MAP.read('{"shape":9,"b":1}', here)).toEqual({ shape: 9, b: 1 });
    expect(MAP.read('{"shape":2,"of":{"shape":9}}', here)).toEqual({ shape: 9 });
  });
});

describe("what is written", () => {
  it("says its shape, and is read as it was", () => {
    const visit = { who: "ana", at: { minute: 5 } };

    expect(VISIT.write(visit)).toBe('{"shape":3,"who":"ana","at":{"minute":5}}');
    expect(VISIT.read(VISIT.write(visit), here)).toEqual(visit);
    expect(LIST.read(LIST.write(["a"]), here)).toEqual(["a"]);
    expect(MAP.read(MAP.write({ shape: 1, of: 2 }), here)).toEqual({ shape: 1, of: 2 });
  });

  it("says nothing of the first shape, in which everything stands that was written before there were others", () => {
    const first = shape<{ readonly at: number }>()({
      kind: "a moment",
      version: 1,
      upgrades: [],
      schema: z.object({ at: z.number() }),
    });

    expect(first.write({ at: 1 })).toBe('{"at":1}');
    expect(first.wrap({ at: 1 })).toEqual({ at: 1 });
  });
});

describe("a field that this version does not know", () => {
  it("stays, in its place, at any depth: what is read and written again loses nothing", () => {
    const json = '{"since":1,"who":"ana","at":{"zone":"UTC","minute":5}}';
    const read = VISIT.read(json.replace("{", '{"shape":3,'), here);

    expect(JSON.stringify(read)).toBe(json);
  });
});

describe("a record of a newer shape", () => {
  it("is refused in a sentence that says what to do", () => {
    const read = () => VISIT.read('{"shape":4,"whom":"ana@example.com"}', here);

    expect(read).toThrow(RecordRefused);
    expect(read).toThrow(
      "A record was written by a newer version of Forestall (shape 4 of a visit, this one knows 3; " +
        "row 7 of visits): start the newer version, or restore a backup from before it.",
    );
  });
});

describe("what fits no shape", () => {
  it.each([
    ["another type", '{"shape":3,"who":"ana@example.com","at":{"minute":"ana@example.com"}}', "at.minute"],
    ["a field that is not there", '{"shape":3,"at":{"minute":1}}', "who"],
    ["a shape that is no number", '{"shape":"ana@example.com","who":"ana"}', "shape"],
    ["a shape before the first", '{"shape":0,"who":"ana"}', "shape"],
    ["something else", '["ana@example.com"]', "who"],
    ["no JSON at all", "ana@example.com", ""],
    ["an older shape that its upgrade stumbles over", "null", ""],
  ])("is refused by kind, field and place, without what is in it: %s", (_, json, wrong) => {
    const said = messageOf(() => VISIT.read(json, () => here));

    const what = wrong === "" ? "it is something else" : `its field ${wrong} is missing or something else`;
    expect(said).toBe(
      `A record cannot be read as a visit: ${what} (row 7 of visits). ` +
        "Restore a backup from before it was changed.",
    );
  });

  it("carries no error inside that would say more", () => {
    const error = caught(() => VISIT.read("ana@example.com", here));

    expect(error.cause).toBeUndefined();
    expect(error.name).toBe("RecordRefused");
  });
});

describe("a kind of record", () => {
  const schema = z.object({ at: z.number() });

  it("cannot be declared without a way from each older shape", () => {
    const declare = () =>
      shape<{ readonly at: number }>()({ kind: "a moment", version: 2, upgrades: [], schema });

    expect(declare).toThrow("a moment needs an upgrade from each older shape");
  });

  it("is raised with the kinds that it holds", () => {
    const declare = () =>
      shape<{ readonly visit: { readonly at: number } }>()({
        kind: "a diary",
        version: 1,
        upgrades: [],
        holds: [[VISIT, 2]],
        schema: z.object({ visit: schema }),
      });

    expect(declare).toThrow("a diary holds a visit, which has another shape now: raise its own");
  });

  it("has a schema that says exactly the type of the core", () => {
    type Moment = { readonly at: number; readonly zone?: string };
    const kind = { kind: "a moment", version: 1, upgrades: [] } as const;

    // @ts-expect-error: the schema lacks a field that the type has.
    shape<Moment>()({ ...kind, schema });
    // @ts-expect-error: the schema takes for granted what may be absent.
    shape<Moment>()({ ...kind, schema: z.object({ at: z.number(), zone: z.string() }) });
    const zone = z.string().exactOptional();
    // @ts-expect-error: the schema has a field that the type lacks.
    shape<Moment>()({ ...kind, schema: z.object({ at: z.number(), zone, more: z.number() }) });
    const exact = shape<Moment>()({ ...kind, schema: z.object({ at: z.number(), zone }) });

    expect(exact.read('{"at":1}', here)).toEqual({ at: 1 });
  });
});

function caught(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was thrown");
}

const messageOf = (action: () => unknown): string => caught(action).message;
