import type { Incident } from "../../../core/tenant.ts";
import type { AuditRow, Batch, DeadLetter } from "../../contract.ts";
import { writeAudit } from "../../shapes/audit.ts";
import { writeIncident } from "../../shapes/incident.ts";
import { writeLetter } from "../../shapes/personal.ts";
import type { Base } from "../base.ts";

export interface RecordWriter {
  readonly deadLetter: (tenant: number, row: DeadLetter) => void;
  readonly audit: (tenant: number, row: AuditRow) => void;
  readonly incident: (tenant: number, row: Incident) => void;
  readonly unknownType: (tenant: number, row: Batch["unknownTypes"][number]) => void;
}

/** Where a dead letter is sealed to: its body is foreign, and may hold anything about anybody. */
export const letterPlace = (tenant: string, id: string) => [tenant, "dead-letter", id] as const;

/** Records of a batch that are no effects. Each belongs into a transaction. */
export function recordWriter({ connection, vault }: Base): RecordWriter {
  const keepLetter = connection.query(
    `INSERT INTO dead_letters (tenant, id, received_at, sealed) VALUES (?, ?, ?, ?)
     ON CONFLICT (tenant, id) DO NOTHING`,
  );
  const keepAudit = connection.query(
    `INSERT INTO audit (tenant, id, at, subject, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (tenant, id) DO UPDATE SET subject = excluded.subject, body = excluded.body`,
  );
  const undo = connection.query(
    "UPDATE audit SET body = json_set(body, '$.undone', json('true')) WHERE tenant = ? AND id = ?",
  );
  const keepIncident = connection.query(
    `INSERT INTO incidents (tenant, id, at, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (tenant, id) DO UPDATE SET at = excluded.at, body = excluded.body`,
  );
  const count = connection.query(
    `INSERT INTO unknown_types (tenant, source, type, count, at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (tenant, source, type) DO UPDATE SET
       count = count + excluded.count, at = max(at, excluded.at)`,
  );
  return {
    deadLetter: (tenant, { id, receivedAt, system, sourceId, reason, body, ...row }) => {
      const content = writeLetter({ system, sourceId, reason, body: Buffer.from(body).toString("base64") });
      keepLetter.run(tenant, id, receivedAt, vault.wrapJson(letterPlace(row.tenant, id), content));
    },
    audit: (tenant, row) => {
      keepAudit.run(tenant, row.id, row.at, row.subject, writeAudit(row));
      const { undoes } = row.detail;
      if (typeof undoes === "string") undo.run(tenant, undoes);
    },
    incident: (tenant, row) => {
      keepIncident.run(tenant, row.id, row.startedAt, writeIncident(row));
    },
    unknownType: (tenant, row) => {
      count.run(tenant, row.source, row.type, row.count, row.at);
    },
  };
}
