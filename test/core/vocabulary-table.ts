import { VOCABULARY } from "../../server/core/vocabulary.ts";
import { SEGMENT_NAMES } from "../../server/integrations/segment/names.ts";

/** The page docs/vocabulary.md, made from the code: the test that compares it keeps it true. */
export function vocabularyTable(): string {
  return [
    "# Events",
    "",
    "This page is made from `server/core/event-types.ts` and `server/integrations/segment/names.ts`; after a change",
    "there run `npx vitest run test/core/vocabulary.test.ts -u`.",
    "",
    "Only the fields named here are kept of an event's data; everything else is dropped before anything is stored, and",
    "texts are cut at 512 characters. Contact data is never part of an event: of `email` and `phone` only `hasEmail` and",
    "`hasPhone` remain. A type that is not listed is kept and counted without data, and shown to the admin to be mapped.",
    "",
    "| type | fields |",
    "|---|---|",
    ...Object.entries(VOCABULARY).map(([type, fields]) => `| ${type} | ${Object.keys(fields).join(", ")} |`),
    "",
    "## Names of Segment `track` calls",
    "",
    "A call whose name is one of our types maps directly. These common names are known, in any case and with spaces,",
    "dashes or underscores; a tenant can add its own, which come first.",
    "",
    "| name | type | read from other properties | implied |",
    "|---|---|---|---|",
    ...Object.entries(SEGMENT_NAMES).map(([name, { type, from, set }]) => {
      const known = Object.keys(VOCABULARY[type] ?? {});
      const reads = Object.entries(from ?? {}).filter(([field]) => known.includes(field));
      const read = reads.map(([field, names]) => `${field}: ${names.join(", ")}`).join("; ");
      const implied = Object.entries(set ?? {}).map(([field, value]) => `${field} = ${value}`);
      return `| ${name} | ${type} | ${read} | ${implied.join(", ")} |`;
    }),
    "",
  ].join("\n");
}
