import type { ActionContext, Finding, Runner } from "../../server/actions/contract.ts";
import { createRunner } from "../../server/actions/runner.ts";
import { hashId } from "../../server/lib/ids.ts";
import { createKeyedLock } from "../../server/lib/keyed-lock.ts";

/**
 * A runner for worlds that have a part of an application only: what is not given here is asked for by nobody, or throws
 * by name. The doctor finds what a tenant alone shows.
 */
export function aRunner({
  store,
  pipeline,
  ...given
}: Pick<ActionContext, "now"> & {
  readonly store: Partial<ActionContext["store"]>;
  readonly pipeline: Partial<ActionContext["pipeline"]>;
  readonly newId?: () => string;
}): Runner {
  let ids = 0;
  return createRunner({
    config: absent("config"),
    messages: absent("messages"),
    messageSettings: () => absent("messageSettings"),
    library: { version: "none", patterns: [] },
    integrations: [],
    readEvent: () => "nothing is read here",
    examine: async (id) => ownerless(pipeline, id),
    newId: () => `act-${++ids}`,
    hashId,
    turns: createKeyedLock(),
    store: absent("store", store),
    pipeline: absent("pipeline", pipeline),
    ...given,
  });
}

function ownerless(pipeline: Partial<ActionContext["pipeline"]>, id: string): readonly Finding[] {
  if (pipeline.tenant?.(id)?.settings.owners.default !== undefined) return [];
  return [{ level: "problem", tenant: id, what: "nobody owns alerts", todo: null }];
}

function absent<Whole extends object>(name: string, part: Partial<Whole> = {}): Whole {
  return new Proxy(part as Whole, {
    get(target, member) {
      if (!(member in target)) throw new Error(`nothing here has a ${name}.${String(member)}`);
      const value: unknown = Reflect.get(target, member);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
