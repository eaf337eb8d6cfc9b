import type { Batch, Reception } from "../../contract.ts";
import { tenancyWriter } from "../administration.ts";
import { type Base, unitNo } from "../base.ts";
import { directoryWriter } from "../directory.ts";
import { recordWriter } from "../effects/record-rows.ts";
import type { WaitingEffects } from "../effects/waiting-effects.ts";
import { TENANT_WIDE } from "../names.ts";
import { personOf, toRow } from "./input-row.ts";
import { identityOf } from "./tail-segment.ts";

/**
 * The one write of the pipeline, as one synchronous function: everything of the batch is written when it returns, to
 * be synced next, and nothing of it is there when it throws `StoreUnavailable`.
 */
export function committer(base: Base, waiting: WaitingEffects): (batch: Batch) => void {
  const { connection, names, tail } = base;
  const writeInputs = inputWriter(base);
  const writeReceptions = receptionWriter(base);
  const directory = directoryWriter(base);
  const records = recordWriter(base);
  const changeTenancy = tenancyWriter(base);
  const numbered = <Row extends { tenant: string }>(
    rows: readonly Row[],
    write: (tenant: number, row: Row) => void,
  ) => {
    for (const row of rows) write(names.giveTenant(row.tenant), row);
  };
  return (batch) =>
    connection.writeSoon(() => {
      const receptions = writeReceptions(batch.receptions);
      writeInputs(batch.inputs, receptions);
      waiting.add(batch.effects, batch.inputs.length);
      numbered(batch.contacts, directory.contact);
      numbered(batch.identities, directory.identity);
      numbered(batch.memberships, directory.membership);
      numbered(batch.stops ?? [], directory.stop);
      numbered(batch.unlinked ?? [], directory.unlink);
      numbered(batch.deadLetters, records.deadLetter);
      numbered(batch.audit, records.audit);
      for (const change of batch.tenancy ?? []) changeTenancy(change);
      numbered(batch.incidents, records.incident);
      numbered(batch.unknownTypes, records.unknownType);
      tail.writeSlice(batch.inputs.length);
    });
}

type InputWriter = (inputs: Batch["inputs"], receptions: ReadonlyMap<string, number>) => void;

function inputWriter(base: Base): InputWriter {
  const { connection, names, tail } = base;
  const append = connection.query(
    `INSERT INTO inputs
       (seq, tenant, unit, received_at, flags, type, source, name, time, person, reception, data,
        judged_under)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return (inputs, receptions) => {
    for (const input of inputs) {
      const tenant = names.giveTenant(input.tenant);
      const unit =
        input.unit === null
          ? names.giveUnit(tenant, TENANT_WIDE, null)
          : unitNo(base, tenant, input.tenant, input.unit);
      append.run(...toRow(input, tenant, unit, names, receptions));
      const event = "event" in input.body ? input.body.event : null;
      const identity = event === null ? null : identityOf(event.tenant, event.source, event.id);
      tail.add({ seq: input.seq, tenant, unit, identity, person: personOf(input) });
    }
  };
}

/** Answers the number of each reception, which its events keep instead of the id. */
function receptionWriter({
  connection,
  names,
}: Base): (rows: readonly Reception[]) => ReadonlyMap<string, number> {
  const append = connection.query<{ no: number }>(
    `INSERT INTO receptions (tenant, id, system, source_id, body_hash, bytes, received_at, delivery_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING no`,
  );
  const touchSource = connection.query(
    `UPDATE sources SET last_received_at = max(coalesce(last_received_at, 0), ?)
     WHERE tenant = ? AND system = ? AND id = ?`,
  );
  return (rows) => {
    const numbers = new Map<string, number>();
    for (const row of rows) {
      const tenant = names.giveTenant(row.tenant);
      const { id, system, sourceId, bodyHash, bytes, receivedAt, webhookId } = row;
      const added = append.get(tenant, id, system, sourceId, bodyHash, bytes, receivedAt, webhookId);
      touchSource.run(receivedAt, tenant, system, sourceId);
      if (added !== undefined) numbers.set(id, added.no);
    }
    return numbers;
  };
}
