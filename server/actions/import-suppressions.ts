import { z } from "zod";
import type { Incoming, Ref } from "../core/event.ts";
import { csvFields } from "../lib/csv.ts";
import { randomId } from "../lib/ids.ts";
import { type Action, type ActionContext, type By, type LineProblem, OPERATORS } from "./contract.ts";
import { readLines } from "./events-file/lines.ts";
import { file } from "./params.ts";
import { invalid } from "./refusal.ts";
import { tenantOf } from "./tenant.ts";

const EMAIL = /^[^\s@,;]{1,64}@[^\s@,;]{1,190}\.[^\s@,;]{2,}$/;
const PHONE = /^(?:\+|00)?[\d ()./-]{7,24}$/;
const SOURCE = "suppressions";
const MOST_PROBLEMS = 100;

const params = z.strictObject({ file });

export interface SuppressionResult {
  readonly lines: number;
  readonly stopped: number;
  readonly already: number;
  readonly rejected: number;
  readonly problems: readonly LineProblem[];
}

/**
 * Takes over who has already stopped elsewhere, before anything goes live: a CSV of a provider's unsubscribes, with an
 * email or a phone number in any column. Whoever it names is stopped on every channel; an address nobody is known by
 * is remembered, so that its owner is stopped from the first event on.
 */
export const importSuppressions: Action<typeof params, SuppressionResult> = {
  name: "import-suppressions",
  summary: "Stop everybody whom a list of addresses names",
  params,
  roles: OPERATORS,
  revised: false,
  audits: ["suppressions.import"],
  undo: null,
  subject: ({ file: path }) => `import/${path}`,
  async run(context, { file: path }, act) {
    const { tenant, by, work } = act;
    tenantOf(context, tenant);
    const reading = readLines(path);
    await act.note({ subject: "suppressions" });
    const result = { lines: 0, stopped: 0, already: 0, rejected: 0, problems: [] as LineProblem[] };
    for await (const { first, lines } of reading.lines) {
      for (const [place, line] of lines.entries()) {
        work.signal?.throwIfAborted();
        const refs = addressesIn(line);
        if (line.trim() === "" || (refs.length === 0 && first + place === 1)) continue; // the names of the columns
        result.lines += 1;
        if (refs.length === 0) {
          result.rejected += 1;
          const reason = "no email address or phone number";
          if (result.problems.length < MOST_PROBLEMS) result.problems.push({ line: first + place, reason });
        }
        for (const ref of refs) result[await stop(context, tenant, ref, by)] += 1;
      }
      work.onProgress?.({ share: reading.share(), text: `${result.lines.toLocaleString("en")} lines` });
    }
    if (result.lines === 0) throw invalid(`${path} holds no email address and no phone number.`);
    return result;
  },
};

export function addressesIn(line: string): readonly Ref[] {
  const refs = csvFields(line).flatMap((field): Ref[] => {
    if (EMAIL.test(field)) return [{ namespace: "email", value: field }];
    return isPhone(field) ? [{ namespace: "phone", value: field }] : [];
  });
  // Of a row with both, one is enough: a stop holds for the person on every channel.
  const email = refs.find(({ namespace }) => namespace === "email");
  return email === undefined ? refs.slice(0, 1) : [email];
}

/** Seconds since 1970 and dates look like numbers too: without a plus sign or 00 in front it is no phone number. */
function isPhone(field: string): boolean {
  return PHONE.test(field) && /^(?:\+|00)/.test(field) && field.replace(/\D/g, "").length >= 8;
}

async function stop(
  deps: ActionContext,
  tenant: string,
  ref: Ref,
  { actor, reason }: By,
): Promise<"stopped" | "already"> {
  const person = (await known(deps, tenant, ref)) ?? (await remember(deps, tenant, ref));
  // Somebody who was erased stays so, and is never written to again.
  if (person === null) return "already";
  const state = await deps.store.person(tenant, person);
  if (state?.stoppedAt !== null && state !== null) return "already";
  await deps.pipeline.control(
    tenant,
    { person },
    { kind: "preference", person, change: { kind: "stop" }, actor, reason },
  );
  return "stopped";
}

async function known({ store }: ActionContext, tenant: string, ref: Ref): Promise<string | null> {
  const [found] = await store.identify(tenant, [ref]);
  return found?.kind === "person" ? found.id : null;
}

/** Makes the address known as a person of its own, who is joined with whoever turns out to have it. */
async function remember(deps: ActionContext, tenant: string, ref: Ref): Promise<string | null> {
  const event: Incoming = {
    source: SOURCE,
    id: randomId(),
    type: "person.identified",
    time: deps.now(),
    person: ref,
    contact: { [ref.namespace]: ref.value },
    data: {},
  };
  await deps.pipeline.receive(tenant, [event]);
  return known(deps, tenant, ref);
}
