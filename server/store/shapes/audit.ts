import { z } from "zod";
import { changed } from "../../core/renamed.ts";
import { isRecord } from "../../lib/foreign.ts";
import type { AuditRow } from "../contract.ts";
import { CONTROL, completeControl, control, renamedControl } from "./control.ts";
import { flag, number, text } from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 2;

const renamed = (older: unknown): unknown =>
  changed(changed(older, "undo", renamedControl), "action", (action) =>
    action === "alert.ack" ? "alert.acknowledge" : action,
  );

export const AUDIT = shape<AuditRow>()({
  kind: "an audit row",
  version: VERSION,
  upgrades: [renamed],
  holds: [[CONTROL, 2]],
  complete: (lacking) => (isRecord(lacking) ? { ...lacking, undo: completeControl(lacking.undo) } : lacking),
  schema: z.object({
    id: text,
    tenant: text,
    at: number,
    actor: text,
    action: text,
    subject: text,
    reason: text,
    detail: z.record(text, z.unknown()),
    undo: control.nullable(),
    undone: flag,
  }),
});

export const { read: readAudit, write: writeAudit } = AUDIT;
