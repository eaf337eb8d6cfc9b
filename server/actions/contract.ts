/**
 * Every act that somebody can carry out is an action: written once here, whoever performs it. The command line, the
 * HTTP API, the person's own page, messages in the product and the app in Zendesk are doors: they parse what came in,
 * have the runner carry it out, and draw what came of it.
 */
import type { z } from "zod";
import type { Config } from "../config.ts";
import type { Actor, Control, TenantControl, UnitControl } from "../core/control.ts";
import type { Effect } from "../core/effect.ts";
import type { Incoming } from "../core/event.ts";
import type { Pattern } from "../core/pattern.ts";
import type { TenantSettings } from "../core/tenant.ts";
import type { Millis } from "../core/time.ts";
import type { Pipeline, Target } from "../flow/contract.ts";
import type { PipelineControl } from "../flow/pipeline.ts";
import type { Integration } from "../integrations/contract.ts";
import type { KeyedLock } from "../lib/keyed-lock.ts";
import type { MessageSettings, Messages } from "../messages/render.ts";
import type {
  Directory,
  Log,
  Outbox,
  Privacy,
  Records,
  Store,
  Tenancy,
  TenancyChange,
  TokenRole,
} from "../store/contract.ts";
import type { Refusal } from "./refusal.ts";

/**
 * As what somebody acts: by the role of their token; as the operator, who works on the machine itself and owns the data
 * folder; or as the customer whom a message went to.
 */
export type Role = TokenRole | "operator" | "customer";

export const AGENTS = ["agent", "ops", "admin", "operator"] as const satisfies readonly Role[];
export const OPS = ["ops", "admin", "operator"] as const satisfies readonly Role[];
export const ADMINS = ["admin", "operator"] as const satisfies readonly Role[];
export const OPERATORS = ["operator"] as const satisfies readonly Role[];
export const CUSTOMERS = ["customer"] as const satisfies readonly Role[];

/** Who acts, as what, and why: all of it ends in the audit. */
export interface By {
  readonly actor: Actor;
  readonly role: Role;
  /** Empty only where the door asks for none. */
  readonly reason: string;
  /** Id of the token that was used; null where none is. */
  readonly token: string | null;
}

/** How far long work is, from 0 to 1, with a word about it. */
export interface Progress {
  readonly share: number;
  readonly text: string;
}
export interface LongWork {
  onProgress?(progress: Progress): void;
  /** Aborted when nobody waits for it any more. */
  readonly signal?: AbortSignal;
}

/** What a door hands in. */
export interface Request<Params> {
  /** Empty for what concerns the installation as a whole. */
  readonly tenant: string;
  readonly params: Params;
  readonly by: By;
  /** The revision on which the decision was made; without one, what was seen before is not compared. */
  readonly revision?: string | null;
  /** Names the request: the same key acts once. */
  readonly key?: string | null;
  readonly work?: LongWork;
}

/** What goes into the audit row of an act. */
export interface Deed {
  /** One of the action's `audits`; may be left out where it has just one. */
  readonly action?: string;
  /** What the row is found by, where that is not what was locked: a token that the act made. */
  readonly subject?: string;
  /** Whose row it is, where only the act finds that out. */
  readonly tenant?: string;
  /** Never a secret. */
  readonly detail?: { readonly [name: string]: unknown };
  /** What takes it back; null or left out when nothing does. */
  readonly undo?: Control | null;
  /** The row does not say where the control went, as nobody may be found by it. */
  readonly forgets?: true;
}

/** One carrying out: who, on what, and the ways to write. Each way leaves one audit row. */
export interface Act {
  readonly tenant: string;
  readonly by: By;
  readonly subject: string;
  readonly key: string | null;
  readonly now: Millis;
  readonly work: LongWork;
  /** @throws Refusal `conflict` naming who was first, when the request was made on another revision */
  expect(current: string): Promise<void>;
  /** A refusal that names who acted on the subject last. */
  tooLate(detail: string): Promise<Refusal>;
  /** Records a control; the audit row is in the same commit. */
  control(target: Target, control: UnitControl, deed: Deed): Promise<readonly Effect[]>;
  /** The same for what concerns the whole tenant. */
  tenantControl(control: TenantControl, deed: Deed): Promise<readonly Effect[]>;
  /** Somebody says something that enters as an event; the audit row is in the same commit. */
  tell(incoming: Incoming, deed: Deed): Promise<void>;
  /**
   * An audit row for what is no input of the pipeline, with the changes of tokens, sources and channels that it tells
   * of: both are in the same commit. A file that is read or written later follows its row: a row too many says what
   * somebody tried, a deed without a row could not be explained by anybody.
   */
  note(deed: Deed, changes?: readonly TenancyChange[]): Promise<void>;
}

export interface Action<Params extends z.ZodType, Result> {
  /** The verb, as in the file's name: `go-live`. */
  readonly name: string;
  readonly summary: string;
  readonly params: Params;
  readonly roles: readonly Role[];
  /** Whether it looks at a revision. */
  readonly revised: boolean;
  /** What its audit rows are called, such as `switch.off`; none for what is kept elsewhere. */
  readonly audits: readonly string[];
  /** The kind of control that takes it back, within a week and while nobody acted on the same thing since. */
  readonly undo: Control["kind"] | null;
  /** What is locked while it is carried out, and what its audit row is found by: `person/u1`, `switches`. */
  subject(params: z.output<Params>, context: ActionContext, tenant: string): string | Promise<string>;
  /** @throws Refusal */
  run(context: ActionContext, params: z.output<Params>, act: Act): Promise<Result>;
}

/** Any action, where only its name and declaration count. */
export type AnyAction = Action<z.ZodType, unknown>;

export interface Done<Result> {
  /** Id of the audit row; null when the act left none. */
  readonly action: string | null;
  readonly undoable: boolean;
  /** What it led to at once. */
  readonly effects: readonly Effect[];
  readonly result: Result;
}

export interface Runner {
  /** @throws Refusal; Overloaded, when it can be asked for again later */
  run<Params extends z.ZodType, Result>(
    action: Action<Params, Result>,
    request: Request<z.input<Params>>,
  ): Promise<Done<Result>>;
  /** The same with parameters of which nothing is known yet, as they came over a wire. */
  runUnread<Params extends z.ZodType, Result>(
    action: Action<Params, Result>,
    request: Request<unknown>,
  ): Promise<Done<Result>>;
}

/** What cannot be used of a file. */
export interface LineProblem {
  /** Counted from 1. */
  readonly line: number;
  readonly reason: string;
}

export interface Finding {
  /** A `problem` keeps a tenant from going live. */
  readonly level: "ok" | "warning" | "problem";
  /** Null for what concerns the whole installation. */
  readonly tenant: string | null;
  readonly what: string;
  /** What to do about it; null when there is nothing to do. */
  readonly todo: string | null;
}

/** What an act may ask of the store. What it changes of units and tenants goes through the pipeline, with its audit row. */
export type ActionStore = Directory &
  Outbox &
  Records &
  Omit<Tenancy, "saveToken" | "saveSource" | "saveChannel"> &
  Privacy &
  Pick<Log, "lastSeq" | "inputs" | "dueUnits" | "probe">;

/** What acts work on, given by the composition root. */
export interface ActionContext {
  readonly config: Config;
  readonly store: ActionStore & Pick<Store, "backup">;
  readonly pipeline: Pipeline & PipelineControl;
  readonly messages: Messages;
  messageSettings(settings: TenantSettings): MessageSettings;
  /** The shipped pattern library. */
  readonly library: { readonly version: string; readonly patterns: readonly Pattern[] };
  readonly integrations: readonly Integration[];
  /** One CloudEvent as an event, or a sentence that says what is wrong with it. */
  readEvent(value: unknown, receivedAt: Millis): Incoming | string;
  /** What `doctor` finds about a tenant and the machine. */
  examine(tenant: string): Promise<readonly Finding[]>;
  readonly now: () => Millis;
  /** A fresh id; no decision depends on it. */
  newId(): string;
  /** An id of what an act makes; the same for the same parts. */
  hashId(...parts: readonly (string | number)[]): string;
  /** One change at a time of each thing, over all doors: what was read is still so when it is written. */
  readonly turns: KeyedLock;
  /** Where this server is reached, when that is known better than from the settings. */
  ownUrl?(): string;
  /** Called after tokens, sources or channels were changed, so that caches can be read anew. */
  changed?(what: "tokens" | "sources" | "channels"): Promise<void> | void;
}
