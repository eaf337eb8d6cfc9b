import { SECOND } from "../core/time.ts";
import { TENANT_UNIT } from "../core/unit-name.ts";
import type { Trouble } from "../flow/deliver/contract.ts";
import type { Opened } from "./open.ts";

/** While the store takes no writes, what is to be told is offered again at these distances. */
const OFFERS = [SECOND, 5 * SECOND, 30 * SECOND];

export interface ConnectionReporter {
  report(trouble: Trouble): void;
  /** Resolves when everything that was reported is written. */
  idle(): Promise<void>;
}

/** Makes an alert of a connection that does not work, and resolves it when it does again. */
export function createConnectionReporter({
  pipeline,
  log,
  clock,
}: Pick<Opened, "pipeline" | "log" | "clock">): ConnectionReporter {
  let last: Promise<void> = Promise.resolve();

  const isOpen = async ({ tenant, kind }: Trouble): Promise<boolean> =>
    (await pipeline.peek(tenant, TENANT_UNIT))?.population?.broken.has(kind) === true;

  const write = async (trouble: Trouble): Promise<void> => {
    const { tenant, kind: channel, system, what, detail } = trouble;
    // Of what works all the time there is nothing to write.
    if (what === "works" && !(await isOpen(trouble))) return;
    const facts = { tenant, kind: channel, system, what };
    if (what === "works") log.info(facts, "deliveries go through again");
    else log.warn(facts, `deliveries are in trouble: ${detail}`);
    await pipeline.control(
      tenant,
      { unit: TENANT_UNIT },
      { kind: "connection", channel, system, what, detail },
    );
  };

  const offer = async (trouble: Trouble): Promise<void> => {
    for (const wait of [...OFFERS, null]) {
      try {
        return await write(trouble);
      } catch (error) {
        if (wait === null)
          return log.error({ err: error, tenant: trouble.tenant }, "a trouble could not be written");
        await new Promise<void>((resolve) => clock.after(wait, resolve));
      }
    }
  };

  return {
    report(trouble) {
      last = last.then(() => offer(trouble));
    },
    idle: () => last,
  };
}
