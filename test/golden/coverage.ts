/** Which kinds of input there are, and which of them a recording has. */
import type {
  AttemptResult,
  FeedbackAnswer,
  PreferenceChange,
  ReceiptKind,
  TenantControl,
  UnitControl,
} from "../../server/core/control.ts";
import { KNOWN_TYPES } from "../../server/core/event-types.ts";
import type { Incident } from "../../server/core/tenant.ts";
import { LATE, ON_TIME } from "../../server/core/time.ts";
import type { LogInput } from "../../server/store/contract.ts";
import { isMark, type Line, type Mark } from "./recording.ts";

type Of<Kind> = Extract<UnitControl, { readonly kind: Kind }>;
/** Every member of a union, once: one that is forgotten here, or not there any more, does not type-check. */
type Each<Member extends string> = { readonly [member in Member]: true };

const PLAIN = true;
const of = <Member extends string>(members: Each<Member>): readonly string[] => Object.keys(members);

/** Kinds of controls; where a kind has kinds of its own, those. */
const UNIT_CONTROLS: { readonly [kind in UnitControl["kind"]]: true | readonly string[] } = {
  tick: PLAIN,
  backfill: PLAIN,
  claim: PLAIN,
  attempted: of<AttemptResult["kind"]>({ sent: true, retry: true, failed: true, in_doubt: true }),
  receipt: of<ReceiptKind>({
    accepted: true,
    delivered: true,
    shown: true,
    opened: true,
    clicked: true,
    dismissed: true,
    deferred: true,
    failed: true,
    bounced: true,
    complained: true,
    unsubscribed: true,
    unknown: true,
  }),
  feedback: of<FeedbackAnswer | "none">({
    yes: true,
    no: true,
    not_mine: true,
    someone_else: true,
    none: true,
  }),
  preference: of<PreferenceChange["kind"]>({
    stop: true,
    resume: true,
    channel: true,
    prefer: true,
    snooze: true,
    pause: true,
    consent: true,
    bounced: true,
  }),
  verdict: of<Of<"verdict">["verdict"] | "undo">({ false_alarm: true, real: true, undo: true }),
  review: of<Of<"review">["answer"] | "undo">({ approve: true, edit: true, reject: true, undo: true }),
  alert: of<Of<"alert">["action"]>({
    acknowledge: true,
    assign: true,
    snooze: true,
    resolve: true,
    restore: true,
  }),
  manual: of<"send" | "undo">({ send: true, undo: true }),
  unlink: PLAIN,
  profile: PLAIN,
  adopt: PLAIN,
  handover: PLAIN,
  share: PLAIN,
  erase: PLAIN,
  sighting: PLAIN,
  affected: PLAIN,
  notice: PLAIN,
  tally: PLAIN,
  declare: of<"begin" | "end">({ begin: true, end: true }),
  connection: of<Of<"connection">["what"]>({ bad_credentials: true, breaker_open: true, works: true }),
  reconcile: PLAIN,
  broadcast: of<Of<"broadcast">["answer"]>({ approved: true, declined: true }),
};

const TENANT_CONTROLS: { readonly [kind in TenantControl["kind"]]: true | readonly string[] } = {
  settings: PLAIN,
  library: PLAIN,
  readiness: PLAIN,
  switches: PLAIN,
  rollout: PLAIN,
  product_area: PLAIN,
  incident: of<Incident["scope"]["kind"]>({ all: true, pattern: true, component: true, account: true }),
};

const EVENTS = of<"clamped" | "backfill" | "late" | "too late" | "unknown">({
  clamped: true,
  backfill: true,
  late: true,
  "too late": true,
  unknown: true,
});
const MARKS = of<Mark["mark"]>({ saved: true, retained: true, restarted: true, erased: true });

/** Everything that there is, as `kindsOf` names it. */
export function allKinds(): readonly string[] {
  const controls = Object.entries({ ...UNIT_CONTROLS, ...TENANT_CONTROLS }).flatMap(([kind, parts]) =>
    parts === true ? [kind] : parts.map((part) => `${kind}: ${part}`),
  );
  return [
    ...[...KNOWN_TYPES].map((type) => `event ${type}`),
    ...EVENTS.map((what) => `event that is ${what}`),
    ...controls,
    ...MARKS.map((mark) => `mark ${mark}`),
  ];
}

/** How often each kind is among these lines. */
export function countKinds(lines: readonly Line[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    for (const kind of kindsOf(line)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** What is not among these lines at all. */
export function missingKinds(counts: ReadonlyMap<string, number>): readonly string[] {
  return allKinds().filter((kind) => !counts.has(kind));
}

function kindsOf(line: Line): readonly string[] {
  if (isMark(line)) return [`mark ${line.mark}`];
  return "event" in line.body ? eventKinds(line.body.event) : [controlKind(line.body.control)];
}

function eventKinds(
  event: Extract<LogInput["body"], { readonly event: unknown }>["event"],
): readonly string[] {
  const late = event.receivedAt - event.time;
  const isLive = event.backfill !== true;
  return [
    KNOWN_TYPES.has(event.type) ? `event ${event.type}` : "event that is unknown",
    ...(event.clamped === true ? ["event that is clamped"] : []),
    ...(isLive ? [] : ["event that is backfill"]),
    ...(isLive && late > ON_TIME && late <= LATE ? ["event that is late"] : []),
    ...(isLive && late > LATE ? ["event that is too late"] : []),
  ];
}

function controlKind(control: UnitControl | TenantControl): string {
  const part = partOf(control);
  return part === null ? control.kind : `${control.kind}: ${part}`;
}

function partOf(control: UnitControl | TenantControl): string | null {
  switch (control.kind) {
    case "attempted":
      return control.result.kind;
    case "receipt":
      return control.receipt;
    case "feedback":
      return control.answer ?? "none";
    case "preference":
      return control.change.kind;
    case "verdict":
      return control.undo === true ? "undo" : control.verdict;
    case "review":
      return control.undo === true ? "undo" : control.answer;
    case "alert":
      return control.action;
    case "manual":
      return control.undo === true ? "undo" : "send";
    case "declare":
      return control.running ? "begin" : "end";
    case "connection":
      return control.what;
    case "broadcast":
      return control.answer;
    case "incident":
      return control.incident.scope.kind;
    default:
      return null;
  }
}
