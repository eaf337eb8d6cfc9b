import type { Effect } from "../../../core/effect.ts";
import { type LastingEffect, readEffects, writeEffects } from "../../shapes/effects.ts";
import type { Base } from "../base.ts";
import { effectWriter, tenantOfEffect } from "./effects.ts";

/** What comes back as an input of its own, with a position in the log, does not wait. */
const isLasting = (effect: Effect): effect is LastingEffect =>
  effect.kind !== "forward" && effect.kind !== "tenant";

/** A batch of more inputs writes what it leads to at once: many rows share the pages of the tables. */
const SMALL_BATCH = 8;

/**
 * What assessing led to, on its way to the tables.
 *
 * A message that one event leads to is some ten rows in as many tables, each with indexes in random order: forty
 * pages of the write-ahead log, of which the sender would wait for every one. So a small commit writes its effects as
 * one row at the end of `waiting_effects`; when the sender has its answer, they go to their tables, in the order in
 * which they were committed. Nobody ever sees the tables without them.
 *
 * The effects of one commit pass through these modes.
 *
 * - *Staged.* The row is written in the commit's own transaction, which is still open. When that fails, the row is gone
 *   and the stage is empty again; when it commits, they wait.
 * - *Waiting.* They are as durable as the commit, since the row is part of it, and known here as the text of the row:
 *   what becomes of the records in memory is the business of later commits. They leave for their tables by whatever
 *   comes first: the turn after the commit was acknowledged (`soon`), somebody who looks at those tables or changes
 *   them (settled-first.ts), a larger commit, whose own effects must not be overtaken by older ones, or the end.
 * - *Written.* All that wait, oldest first, and the removal of their rows are one transaction. It is not synced for its
 *   own sake: a crash takes it back whole, and they wait again. When it fails, as on a full disk, they go on waiting,
 *   and whoever asked for them hears why.
 * - *After a crash.* The rows that the file has are what waits (`resume`), and go to their tables before the store
 *   is open to anybody. None was written before: its row would have gone with that.
 *
 * A commit of many inputs skips all this: its effects go to their tables at once, since they share the pages.
 */
export class WaitingEffects {
  readonly #base: Base;
  readonly #write: (effects: readonly Effect[]) => void;
  readonly #keep: (body: string) => void;
  readonly #clear: () => void;
  readonly #kept: () => readonly { readonly body: string }[];
  /** As they stand in the table: what became of the records in memory since is the business of later commits. */
  #staged: string[] = [];
  #waiting: readonly string[] = [];
  #wrote = false;
  #scheduled: NodeJS.Immediate | null = null;

  constructor(base: Base) {
    const { connection, names } = base;
    this.#base = base;
    const writeEffect = effectWriter(base);
    this.#write = (effects) => {
      for (const effect of effects) {
        const tenant = tenantOfEffect(effect);
        if (tenant !== null) writeEffect(names.giveTenant(tenant), effect);
      }
    };
    const keep = connection.query("INSERT INTO waiting_effects (body) VALUES (?)");
    const clear = connection.query("DELETE FROM waiting_effects");
    const kept = connection.query<{ body: string }>("SELECT w.body FROM waiting_effects w ORDER BY w.no");
    this.#keep = (body) => void keep.run(body);
    this.#clear = () => void clear.run();
    this.#kept = () => kept.all();
    connection.onCommit(() => this.#settle());
    connection.onRollback(() => {
      this.#staged = [];
      this.#wrote = false;
    });
  }

  /** Inside the transaction of a commit with so many inputs. */
  add(effects: readonly Effect[], inputs: number): void {
    const lasting = effects.filter(isLasting);
    if (lasting.length === 0) return;
    if (inputs <= SMALL_BATCH) {
      const body = writeEffects(lasting);
      this.#keep(body);
      this.#staged.push(body);
      return;
    }
    // In the order of the log.
    this.#writeWaiting();
    this.#write(lasting);
  }

  /** After a commit was acknowledged. */
  soon(): void {
    if (this.#waiting.length === 0) return;
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = null;
      try {
        this.now();
      } catch {
        // They go on waiting: who reads next, or commits, hears what is wrong.
      }
    });
  }

  /** Brings them to their tables. It need not be on disk: the log of waiting effects is. @throws StoreUnavailable */
  now(): void {
    if (this.#waiting.length > 0 && this.#base.connection.isOpen) {
      this.#base.connection.writeSoon(() => this.#writeWaiting());
    }
  }

  /** At the start: what a crash left undone. */
  resume(): void {
    this.#waiting = this.#kept().map(({ body }) => body);
    this.now();
  }

  stop(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    this.#scheduled = null;
    this.now();
  }

  #writeWaiting(): void {
    if (this.#waiting.length === 0) return;
    for (const body of this.#waiting) this.#write(readEffects(body, "waiting_effects"));
    this.#clear();
    this.#wrote = true;
  }

  #settle(): void {
    if (this.#wrote) this.#waiting = [];
    this.#wrote = false;
    if (this.#staged.length > 0) this.#waiting = [...this.#waiting, ...this.#staged.splice(0)];
  }
}
