import { z } from "zod";
import { isRecord } from "../../lib/foreign.ts";
import type { AuditRow } from "../contract.ts";
import { CONTROL, completeControl, control } from "./control.ts";
import { flag, number, text } from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 1;

export const AUDIT = shape<AuditRow>()({
  kind: "an audit row",
  version: VERSION,
  upgrades: [],
  holds: [[CONTROL, 1]],
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
