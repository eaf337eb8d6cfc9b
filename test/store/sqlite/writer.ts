import { writeSync } from "node:fs";
import { aBatch, anInput } from "../batches.ts";
import { storeAt } from "./files.ts";

/* Commits one event after the other until it is killed, and writes the position of each that was acknowledged. */

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("which file?");
const store = storeAt(file, { indexAfter: 40 });
await store.open();
for (let seq = (await store.lastSeq()) + 1; ; seq++) {
  await store.commit(aBatch({ inputs: [anInput(seq)] }));
  writeSync(1, `${seq}\n`);
  if (seq % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
}
