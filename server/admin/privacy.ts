import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { decodeUnit, encodeUnit, renamePerson } from "../core/unit-codec.ts";
import { hashId } from "../lib/ids.ts";
import { audit } from "./audit.ts";
import type { By, LongWork, Who } from "./contract.ts";
import { type AdminDeps, tenantOf } from "./deps.ts";
import { personOf } from "./persons.ts";

/** Everything that is kept about a person, one `{table, row}` a line, readable. */
export async function exportPerson(
  deps: AdminDeps,
  tenant: string,
  who: Who,
  file: string,
  by: By,
): Promise<{ rows: number }> {
  const person = await personOf(deps, tenant, who);
  await audit(deps, tenant, by, { action: "person.export", subject: `person/${person}` });
  const tables = await deps.store.exportPerson(tenant, person);
  async function* rows() {
    for (const [table, each] of Object.entries(tables)) for (const row of each) yield { table, row };
  }
  return { rows: await writeLines(file, rows()) };
}

export async function exportTenant(
  deps: AdminDeps,
  tenant: string,
  file: string,
  by: By,
  work: LongWork = {},
): Promise<{ rows: number }> {
  tenantOf(deps, tenant);
  await audit(deps, tenant, by, { action: "tenant.export", subject: "tenant" });
  return { rows: await writeLines(file, deps.store.exportTenant(tenant), work) };
}

const REPORTED_EVERY = 10_000;

async function writeLines(file: string, rows: AsyncIterable<unknown>, work: LongWork = {}): Promise<number> {
  // It holds contact data: nobody but its owner may read it, from the first byte on.
  const out = createWriteStream(file, { mode: 0o600 });
  const done = finished(out);
  let count = 0;
  try {
    for await (const row of rows) {
      work.signal?.throwIfAborted();
      if (!out.write(`${JSON.stringify(row)}\n`)) await Promise.race([drained(out), done]);
      count += 1;
      if (count % REPORTED_EVERY === 0) {
        work.onProgress?.({ share: 0, text: `${count.toLocaleString("en")} rows` });
      }
    }
  } finally {
    out.end();
  }
  await done;
  return count;
}

function drained(out: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    out.once("drain", resolve);
  });
}

/**
 * Erases a person from the store and from memory. What is left of them in counts and matches stands under a name that
 * leads to nobody, and a keyed hash keeps later events from reviving them.
 */
export async function erasePerson(
  deps: AdminDeps,
  tenant: string,
  who: Who,
  by: By,
): Promise<{ rows: number; units: number }> {
  const { store, pipeline } = deps;
  const person = await personOf(deps, tenant, who);
  const found = (await store.memberships(tenant, [person])).get(person) ?? [];
  const units = found.length > 0 ? found : [`person/${person}`];
  const pseudonym = `erased-${hashId("erased", tenant, person, deps.now())}`;
  await pipeline.control(tenant, { person }, { kind: "erase", person, pseudonym });
  const { rows } = await store.erasePerson(tenant, person, deps.now());
  for (const unit of units) {
    await pipeline.rewrite(tenant, unit, (state) =>
      decodeUnit(renamePerson(encodeUnit(state), person, pseudonym)),
    );
  }
  await audit(deps, tenant, by, { action: "person.erase", subject: `person/${pseudonym}`, detail: { rows } });
  return { rows, units: units.length };
}
