import type { Decision } from "../../core/decision.ts";
import type { Alert, Delivery, Outcome } from "../../core/delivery.ts";
import type { FeedbackRow } from "../../core/effect.ts";
import type { Match } from "../../core/match.ts";
import type { Incident } from "../../core/tenant.ts";
import type { AccountState, PersonState } from "../../core/unit.ts";
import type { AuditRow, FeatureRow } from "../contract.ts";
import { ACCOUNT } from "../shapes/account.ts";
import { ALERT } from "../shapes/alert.ts";
import { AUDIT } from "../shapes/audit.ts";
import { DECISION } from "../shapes/decision.ts";
import { DELIVERY } from "../shapes/delivery.ts";
import { FEATURE } from "../shapes/feature.ts";
import { FEEDBACK } from "../shapes/feedback.ts";
import { INCIDENT } from "../shapes/incident.ts";
import { MATCH } from "../shapes/match.ts";
import { OUTCOME } from "../shapes/outcome.ts";
import { PERSON } from "../shapes/person.ts";
import type { Shape } from "../shapes/shape.ts";

/** Tables whose rows have their record, as JSON, in a column `body`, and what the record is. */
export interface Bodies {
  readonly matches: Match;
  readonly decisions: Decision;
  readonly deliveries: Delivery;
  readonly alerts: Alert;
  readonly incidents: Incident;
  readonly outcomes: Outcome;
  readonly feedback: FeedbackRow;
  readonly audit: AuditRow;
  readonly accounts: AccountState;
  readonly persons: PersonState;
  readonly features: FeatureRow;
}
export type Table = keyof Bodies;

const SHAPES: { readonly [Of in Table]: Shape<Bodies[Of]> } = {
  matches: MATCH,
  decisions: DECISION,
  deliveries: DELIVERY,
  alerts: ALERT,
  incidents: INCIDENT,
  outcomes: OUTCOME,
  feedback: FEEDBACK,
  audit: AUDIT,
  accounts: ACCOUNT,
  persons: PERSON,
  features: FEATURE,
};

/** `no` is the row's number, by which somebody who is asked to can find it. */
export interface Body {
  readonly no: number;
  readonly body: string;
}

/** @returns what reads the rows of a table. @throws RecordRefused */
export function bodyOf<Of extends Table>(table: Of): (row: Body) => Bodies[Of] {
  const { read } = SHAPES[table];
  return ({ no, body }) => read(body, () => placeIn(table, no));
}

/** A record that was changed: it still has to be one. @throws RecordRefused */
export function recordOf<Of extends Table>(table: Of, value: unknown): Bodies[Of] {
  return SHAPES[table].from(value, () => `${table}, rewritten`);
}

export const placeIn = (table: string, no: number): string => `row ${no} of ${table}`;
