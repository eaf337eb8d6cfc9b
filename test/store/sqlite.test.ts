import { storeContract } from "./contract.ts";
import { openInFolder } from "./sqlite/files.ts";

storeContract("SQLite, with its log in memory", () => openInFolder(100_000));
storeContract("SQLite, indexing its log all the time", () => openInFolder(5));
