import type { Delivery } from "../../core/delivery.ts";
import type { ReceiptIncoming } from "../../integrations/contract.ts";
import { type Directory, type Outbox, RecordRefused } from "../../store/contract.ts";
import type { Pipeline } from "../contract.ts";

/** Receipts that are taken at once: enough to share a commit, few enough not to hold the loop. */
const SLICE = 50;
const MOST_REMEMBERED = 50_000;

export interface ReceiptTools {
  readonly pipeline: Pick<Pipeline, "control" | "receive">;
  readonly store: Pick<Directory, "identify"> & Pick<Outbox, "delivery" | "deliveryByProviderId">;
}

export interface ReceiptsFrom {
  readonly tenant: string;
  readonly system: string;
}

/**
 * Takes what a provider says about deliveries, and what people say through it. Each becomes an input of the unit or
 * person it concerns; those about nobody we know change nothing. Repeated ones are dropped where they are remembered;
 * else the judging itself sees that nothing changed.
 * @returns a function that answers how many changed or confirmed something. It rejects with `Overloaded`
 */
export function createReceiptTaker({ pipeline, store }: ReceiptTools) {
  const recent = new Set<string>();

  const remember = (key: string) => {
    recent.add(key);
    if (recent.size <= MOST_REMEMBERED) return;
    const [oldest] = recent;
    if (oldest !== undefined) recent.delete(oldest);
  };

  const deliveryOf = async ({ tenant, system }: ReceiptsFrom, one: ReceiptIncoming) => {
    const ours = one.delivery === undefined ? null : await store.delivery(tenant, one.delivery);
    if (ours !== null || one.providerId === undefined) return ours;
    return store.deliveryByProviderId(tenant, system, one.providerId);
  };

  /** The person who spoke: by address, else whoever the message went to. */
  const personOf = async (tenant: string, { who }: ReceiptIncoming, delivery: Delivery | null) => {
    const [found] = who === undefined ? [] : await store.identify(tenant, [who]);
    return found?.kind === "person" ? found.id : (delivery?.person ?? null);
  };

  /** A stop holds for the address too: whoever turns out to have it must not be written to. */
  const rememberStop = async ({ tenant }: ReceiptsFrom, { who, change, at }: ReceiptIncoming) => {
    if (who === undefined || change?.kind !== "stop") return false;
    const { namespace, value } = who;
    if (namespace !== "email" && namespace !== "phone") return false;
    await pipeline.receive(tenant, [], { stops: [{ tenant, namespace, value, at }] });
    return true;
  };

  const takeOne = async (from: ReceiptsFrom, one: ReceiptIncoming): Promise<boolean> => {
    const delivery = await deliveryOf(from, one);
    const remembered = await rememberStop(from, one);
    // Asked afterwards: who is identified from here on starts stopped, who was before is found.
    const person = one.change === undefined ? null : await personOf(from.tenant, one, delivery);
    const inputs = [
      tellDelivery(pipeline, from.tenant, one, delivery),
      tellPerson(pipeline, from, one, person),
    ].filter((input) => input !== null);
    await Promise.all(inputs);
    return remembered || inputs.length > 0;
  };

  return async (from: ReceiptsFrom, receipts: readonly ReceiptIncoming[]): Promise<number> => {
    const keyOf = ({ id }: ReceiptIncoming) => `${from.tenant}\u0000${from.system}\u0000${id}`;
    const fresh = receipts.filter((one) => !recent.has(keyOf(one)));
    let taken = 0;
    // A message that cannot be read keeps no other from hearing of itself; its own receipt is asked for again.
    let refused: unknown;
    for (let start = 0; start < fresh.length; start += SLICE) {
      const slice = fresh.slice(start, start + SLICE);
      const done = await Promise.allSettled(slice.map((one) => takeOne(from, one)));
      // A receipt may overtake the look-up of its own message: only what found its place is done with.
      const placed = slice.filter((_, i) => done[i]?.status === "fulfilled" && done[i].value);
      for (const one of placed) remember(keyOf(one));
      taken += placed.length;
      const failed = done.filter((each) => each.status === "rejected").map(({ reason }) => reason);
      for (const error of failed) if (!(error instanceof RecordRefused)) throw error;
      refused ??= failed[0];
    }
    if (refused !== undefined) throw refused;
    return taken;
  };
}

function tellDelivery(
  pipeline: ReceiptTools["pipeline"],
  tenant: string,
  { receipt, at, detail, providerId }: ReceiptIncoming,
  delivery: Delivery | null,
) {
  if (delivery === null || receipt === undefined) return null;
  return pipeline.control(
    tenant,
    { unit: delivery.unit },
    {
      kind: "receipt",
      delivery: delivery.id,
      receipt,
      at,
      ...(detail === undefined ? {} : { detail }),
      ...(providerId === undefined ? {} : { providerId }),
    },
  );
}

function tellPerson(
  pipeline: ReceiptTools["pipeline"],
  { tenant, system }: ReceiptsFrom,
  { change, receipt, detail }: ReceiptIncoming,
  person: string | null,
) {
  if (person === null || change === undefined) return null;
  const reason = detail ?? receipt ?? change.kind;
  const actor = `provider:${system}`;
  return pipeline.control(tenant, { person }, { kind: "preference", person, change, actor, reason });
}
