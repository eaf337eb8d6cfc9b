/** One part of the bench in a process of its own, so that none finds the memory or the compiled code of another. */
import { BENCHES } from "./benches.ts";
import type { Options } from "./figures.ts";

export interface PartOrders extends Omit<Options, "say"> {
  readonly name: string;
}

process.once("message", (orders: PartOrders) => {
  void measure(orders);
});

async function measure({ name, ...options }: PartOrders): Promise<void> {
  const bench = BENCHES.find((one) => one.name === name);
  const figures = await bench?.run({ ...options, say: (text) => process.stdout.write(`  ${text}\n`) });
  process.send?.(figures ?? [], () => process.exit(0));
}
