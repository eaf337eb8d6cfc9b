import type { Control } from "../../../core/control.ts";
import type { Event, EventData } from "../../../core/event.ts";
import { accountOf } from "../../../core/unit-name.ts";
import type { LogInput } from "../../contract.ts";
import { CONTROL, readControl, writeControl } from "../../shapes/control.ts";
import {
  EVENT,
  EVENT_DATA,
  readEvent,
  readEventData,
  writeEvent,
  writeEventData,
} from "../../shapes/event.ts";
import type { Shape } from "../../shapes/shape.ts";
import type { Value } from "../durability/connection.ts";
import { type Names, TENANT_WIDE } from "../names.ts";

/*
 * One record of the log as a row of `inputs`. What an event shares with its unit and its input (tenant, account, time
 * of receipt) is not written twice; an event that differs from them there is kept whole, as JSON.
 */

const CLAMPED = 1;
const BACKFILL = 2;
/** `data` holds the whole event. */
const WHOLE = 4;

export interface InputRow {
  readonly seq: number;
  readonly unit: number;
  readonly received_at: number;
  readonly flags: number;
  readonly type: number | string | null;
  readonly source: number | string | null;
  readonly name: string;
  readonly time: number | null;
  readonly person: string | null;
  /** Id of the reception, also where the row has its number. */
  readonly reception: string | number | null;
  readonly data: string | null;
  readonly judged_under: number | null;
}

/** The columns of `InputRow`, in its order, of `inputs i` joined with its reception. */
export const INPUT_COLUMNS = `i.seq, i.unit, i.received_at, i.flags, i.type, i.source, i.name, i.time, i.person,
  coalesce(r.id, i.reception) AS reception, i.data, i.judged_under`;
export const INPUT_TABLES = "inputs i LEFT JOIN receptions r ON r.no = i.reception";

/** A row's values, in the order of the columns of `inputs`. */
export function toRow(
  input: LogInput,
  tenant: number,
  unit: number,
  names: Names,
  receptions: ReadonlyMap<string, number>,
): Value[] {
  const { body, seq, receivedAt, judgedUnder = null } = input;
  if ("control" in body) {
    const { control } = body;
    const data = writeControl(control);
    const who = personOf(input);
    return [seq, tenant, unit, receivedAt, 0, null, null, control.kind, null, who, null, data, judgedUnder];
  }
  const { event } = body;
  const { type, source, id, time, person, reception } = event;
  const whole = !isPlain(event, input);
  const flags = (event.clamped ? CLAMPED : 0) | (event.backfill ? BACKFILL : 0) | (whole ? WHOLE : 0);
  return [
    seq,
    tenant,
    unit,
    receivedAt,
    flags,
    names.giveWord(type),
    names.giveWord(source),
    id,
    time,
    person,
    reception === undefined ? null : (receptions.get(reception) ?? reception),
    whole ? writeEvent(event) : dataText(event.data),
    judgedUnder,
  ];
}

/** Whom the record is about; null for nobody. */
export function personOf({ body }: LogInput): string | null {
  if ("event" in body) return body.event.person;
  const { control } = body;
  return "person" in control && typeof control.person === "string" ? control.person : null;
}

export function fromRow(row: InputRow, names: Names): LogInput {
  const unit = names.unitName(row.unit);
  return {
    seq: row.seq,
    tenant: names.tenantId(unit.tenant),
    unit: unit.name === TENANT_WIDE ? null : unit.name,
    shard: unit.shard,
    receivedAt: row.received_at,
    ...(row.judged_under === null ? {} : { judgedUnder: row.judged_under }),
    body: row.type === null ? { control: controlOf(row) } : { event: eventOf(row, names) },
  };
}

/** @param row of an event */
export function eventOf(row: InputRow, names: Names): Event {
  if ((row.flags & WHOLE) !== 0) return readEvent(row.data ?? "", () => placeOf(row));
  const unit = names.unitName(row.unit);
  const data: EventData = row.data === null ? {} : readEventData(row.data, () => placeOf(row));
  return {
    tenant: names.tenantId(unit.tenant),
    source: names.word(row.source ?? ""),
    id: row.name,
    type: names.word(row.type ?? ""),
    time: row.time ?? row.received_at,
    receivedAt: row.received_at,
    account: accountOf(unit.name),
    person: row.person,
    data,
    ...((row.flags & CLAMPED) === 0 ? {} : { clamped: true }),
    ...((row.flags & BACKFILL) === 0 ? {} : { backfill: true }),
    ...(typeof row.reception === "string" ? { reception: row.reception } : {}),
  };
}

/** What the row says besides its columns, as JSON, with a change that leaves it what it is. @throws RecordRefused */
export function rewrittenData(
  row: Pick<InputRow, "seq" | "flags" | "type" | "data">,
  change: (value: unknown) => unknown,
): string {
  const rewritten = <Kept>({ read, from, write }: Shape<Kept>): string =>
    write(from(change(read(row.data ?? "", () => placeOf(row))), () => placeOf(row)));
  if (row.type === null) return rewritten(CONTROL);
  return (row.flags & WHOLE) === 0 ? rewritten(EVENT_DATA) : rewritten(EVENT);
}

function controlOf(row: InputRow): Control {
  return readControl(row.data ?? "", () => placeOf(row));
}

const placeOf = ({ seq }: Pick<InputRow, "seq">): string => `record ${seq} of the log`;

function isPlain(event: Event, { tenant, unit, receivedAt }: LogInput): boolean {
  return (
    event.account === accountOf(unit ?? TENANT_WIDE) &&
    event.receivedAt === receivedAt &&
    event.tenant === tenant
  );
}

function dataText(data: EventData): string | null {
  const text = writeEventData(data);
  return text === "{}" ? null : text;
}
