import { describe } from "vitest";
import { logContract } from "./contract/log.ts";
import { privacyContract } from "./contract/privacy.ts";
import { retentionContract } from "./contract/retention.ts";
import { storeContract } from "./contract.ts";
import { openInFolder } from "./sqlite/files.ts";

storeContract("SQLite", () => openInFolder(100_000));

// The newest part of the log is in memory only; here nearly all of it is in the indexes.
describe("SQLite, indexing its log all the time,", () => {
  const open = () => openInFolder(5);
  logContract(open);
  privacyContract(open);
  retentionContract(open);
});
