import { z } from "zod";
import { type Action, OPERATORS } from "./contract.ts";
import { file } from "./params.ts";
import { personIn } from "./person.ts";
import { onePerson, personSubject } from "./preferences.ts";
import { writeRows } from "./rows-file.ts";

const params = z.strictObject({ ...onePerson.shape, file });

/** Everything that is kept about a person, one `{table, row}` a line, readable: moments are ISO 8601. */
export const exportPerson: Action<typeof params, { readonly rows: number }> = {
  name: "export-person",
  summary: "Write out everything that is kept of a person",
  params,
  roles: OPERATORS,
  revised: false,
  audits: ["person.export"],
  undo: null,
  subject: personSubject,
  async run({ store }, { file: path }, act) {
    await act.note({});
    const tables = await store.exportPerson(act.tenant, personIn(act));
    async function* rows() {
      for (const [table, each] of Object.entries(tables)) for (const row of each) yield { table, row };
    }
    return { rows: await writeRows(path, rows()) };
  },
};
