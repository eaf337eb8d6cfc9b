import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { at } from "../../../server/lib/foreign.ts";
import { checkOf } from "../../../server/store/shapes/check.ts";
import { EFFECTS } from "../../../server/store/shapes/effects.ts";
import { projectFiles, readProjectFile } from "../../support/source.ts";
import { KINDS } from "./kinds.ts";

/*
 * Records as each version wrote them, taken out of databases of their time: `decision.1.json` are decisions in their
 * first shape. They are never edited. A new shape gets a file of its own.
 */

const FOLDER = "test/store/shapes/fixtures/";
const FILES = projectFiles(`${FOLDER}*.json`).map((path) => {
  const [, kind = "", version = ""] = /^(.+)\.(\d+)\.json$/.exec(path.slice(FOLDER.length)) ?? [];
  const records: readonly unknown[] = JSON.parse(readProjectFile(path));
  return { kind, version: Number(version), records };
});

describe.each(Object.entries(KINDS))("stored records of the kind %s", (name, shape) => {
  const files = FILES.filter(({ kind }) => kind === name);

  it("are kept in every shape that there was", () => {
    const shapes = files.filter(({ records }) => records.length > 0).map(({ version }) => version);

    expect(shapes.sort()).toEqual(Array.from({ length: shape.version }, (_, i) => i + 1));
  });

  it("are read, whichever shape they were written in, and fit the one of today", () => {
    const check = checkOf(shape.schema);
    for (const { records } of files) {
      for (const record of records) expect(check(shape.read(JSON.stringify(record), "here"))).toBeNull();
    }
  });

  it("are read and written in the shape of today as they stand, to the byte", () => {
    for (const { version, records } of files) {
      if (version !== shape.version) continue;
      for (const record of records) {
        expect(shape.write(shape.read(JSON.stringify(record), "here"))).toBe(JSON.stringify(record));
      }
    }
  });

  it("of a newer shape are refused", () => {
    const newer = shape.version + 1;

    expect(() => shape.read(JSON.stringify({ shape: newer, of: null }), "here")).toThrow(
      `a newer version of Forestall (shape ${newer} of ${shape.kind}, this one knows ${shape.version}; here)`,
    );
  });

  it("that are nothing of the kind are refused by name", () => {
    // A copy of a message may be anything but no JSON.
    const nothing = name === "copy" ? "{" : "17";

    expect(() => shape.read(nothing, "here")).toThrow(`A record cannot be read as ${shape.kind}: `);
  });
});

describe("the stored examples", () => {
  it("are each of a kind that there is", () => {
    expect(FILES.filter(({ kind }) => KINDS[kind] === undefined)).toEqual([]);
  });

  it("hold every kind of control and of lasting effect", () => {
    const of = (name: string) =>
      FILES.filter(({ kind }) => kind === name).flatMap(({ records }) =>
        records.map((record) => KINDS[name]?.read(JSON.stringify(record), "here")),
      );

    expect(kindsIn(of("control"))).toEqual(kindsOf(KINDS.control?.schema));
    expect(kindsIn(of("effects").flat())).toEqual(kindsOf(EFFECT));
  });
});

const EFFECT = (EFFECTS.schema as z.core.$ZodArray)._zod.def.element;

const kindsIn = (records: readonly unknown[]): readonly unknown[] =>
  [...new Set(records.map((record) => at(record, "kind")))].sort();

/** What `kind` may be in one of several shapes. */
function kindsOf(schema: z.core.$ZodType | undefined): readonly unknown[] {
  return [...(schema?._zod.propValues?.kind ?? [])].sort();
}
