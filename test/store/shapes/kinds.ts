import { ACCOUNT } from "../../../server/store/shapes/account.ts";
import { ALERT } from "../../../server/store/shapes/alert.ts";
import { AUDIT } from "../../../server/store/shapes/audit.ts";
import { BAND, IDENTITY_KIND, ROLE } from "../../../server/store/shapes/columns.ts";
import { CHANNEL, IDENTITY_SECRET, SOURCE } from "../../../server/store/shapes/connections.ts";
import { CONTRIBUTIONS } from "../../../server/store/shapes/contributions.ts";
import { CONTROL } from "../../../server/store/shapes/control.ts";
import { DECISION } from "../../../server/store/shapes/decision.ts";
import { DELIVERY } from "../../../server/store/shapes/delivery.ts";
import { EFFECTS } from "../../../server/store/shapes/effects.ts";
import { EVENT, EVENT_DATA } from "../../../server/store/shapes/event.ts";
import { FEATURE } from "../../../server/store/shapes/feature.ts";
import { FEEDBACK } from "../../../server/store/shapes/feedback.ts";
import { INCIDENT } from "../../../server/store/shapes/incident.ts";
import { LIBRARY } from "../../../server/store/shapes/library.ts";
import { MATCH } from "../../../server/store/shapes/match.ts";
import { OUTCOME } from "../../../server/store/shapes/outcome.ts";
import { PERSON } from "../../../server/store/shapes/person.ts";
import { CONTACT, COPY, INTENT, LETTER } from "../../../server/store/shapes/personal.ts";
import { SETTINGS } from "../../../server/store/shapes/settings.ts";
import type { Shape } from "../../../server/store/shapes/shape.ts";

/** Every kind of record, by the name of its fixtures. */
export const KINDS: { readonly [name: string]: Shape<unknown> } = {
  account: ACCOUNT,
  alert: ALERT,
  audit: AUDIT,
  band: BAND,
  channel: CHANNEL,
  contact: CONTACT,
  contributions: CONTRIBUTIONS,
  control: CONTROL,
  copy: COPY,
  "dead-letter": LETTER,
  decision: DECISION,
  delivery: DELIVERY,
  effects: EFFECTS,
  event: EVENT,
  "event-data": EVENT_DATA,
  feature: FEATURE,
  feedback: FEEDBACK,
  "identity-kind": IDENTITY_KIND,
  "identity-secret": IDENTITY_SECRET,
  incident: INCIDENT,
  intent: INTENT,
  library: LIBRARY,
  match: MATCH,
  outcome: OUTCOME,
  person: PERSON,
  role: ROLE,
  settings: SETTINGS,
  source: SOURCE,
};
