import { randomId } from "../../../lib/ids.ts";
import { type Intent, readIntent, writeIntent as sealIntent } from "../../shapes/personal.ts";
import type { Base } from "../base.ts";
import { writeMeta } from "../durability/migrate.ts";
import { opened } from "../sealed.ts";

/**
 * Erasures that were begun. Sealed with the server's key: the id of somebody who is being erased must not be left
 * readable in a page of the database that is written after the others.
 */
const PREFIX = "erasing:";
const place = (name: string) => ["", name] as const;

export function writeIntent({ connection, vault }: Base, intent: Intent): void {
  const name = `${PREFIX}${randomId()}`;
  connection.write(() => writeMeta(connection, name, vault.wrapJson(place(name), sealIntent(intent))));
}

export function readIntents({
  connection,
  vault,
  unreadable,
}: Base): readonly { readonly name: string; readonly intent: Intent }[] {
  const rows = connection
    .query<{ name: string; value: Uint8Array }>(
      `SELECT m.name, m.value FROM meta m WHERE m.name >= '${PREFIX}' AND m.name < 'erasing;' ORDER BY m.name`,
    )
    .all();
  return unreadable.among(rows, ({ name, value }) => ({
    name,
    intent: readIntent(
      opened(`meta, ${name}`, () => vault.unwrapJson(place(name), value)),
      `meta, ${name}`,
    ),
  }));
}

export function removeIntents(base: Base, tenant: string, person: string): void {
  const remove = base.connection.query("DELETE FROM meta WHERE name = ?");
  for (const { name, intent } of readIntents(base)) {
    if (intent.tenant === tenant && intent.person === person) remove.run(name);
  }
}
