import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteStore } from "../../../server/store/sqlite/store.ts";
import { aDelivery, aMatch, NOON } from "../../builders.ts";
import { aBatch, aDecision, anInput, aScore, NOTHING_LEFT } from "../batches.ts";
import { aLife, CANARY, SECRETS } from "../contract/a-life.ts";
import { bytesOf, chance, newFolder, SUFFIXES, storeAt } from "./files.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = newFolder();
  file = join(folder, "forestall.db");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const { person } = CANARY;
const CONTACT = [CANARY.email, CANARY.phone, CANARY.name, CANARY.text];

/** A text as it may stand in a file: plain, in base64 (at any offset) or in hex. */
function found(words: readonly string[], bytes: Buffer): readonly string[] {
  const text = bytes.toString("latin1");
  const forms = (word: string) => [
    word,
    Buffer.from(word).toString("hex"),
    ...[0, 1, 2].map((offset) =>
      Buffer.from(" ".repeat(offset) + word)
        .toString("base64")
        .slice(offset === 0 ? 0 : 4, -4),
    ),
  ];
  return words.filter((word) => forms(word).some((form) => text.includes(form)));
}

describe("the files of the store", () => {
  it("belong to their owner alone", async () => {
    const store = storeAt(file);
    await store.open();
    await store.commit(aBatch({ inputs: [anInput(1)] }));
    await store.backup(join(folder, "backup.db"));

    const paths = [
      ...SUFFIXES.map((suffix) => file + suffix),
      join(folder, "backup.db"),
      join(folder, "backup.db-sums"),
    ];
    expect(paths.map((path) => [path, (statSync(path).mode & 0o777).toString(8)])).toEqual(
      paths.map((path) => [path, "600"]),
    );
    await store.close();
  });

  it("hold no secret and no contact detail in clear, while open and after", async () => {
    const store = storeAt(file);
    await store.open();
    await store.commit(aLife("t1", 1, "somebody else"));
    await store.saveSentCopy({ tenant: "t1", delivery: "y1", person, at: NOON, rendered: CANARY.text });
    await store.saveSentCopy({ tenant: "t1", delivery: "y2", person: null, at: NOON, rendered: CANARY.text });
    const [identity = "", signing = "", key = "", url = ""] = SECRETS;
    await store.createTenant({ id: "t1", createdAt: NOON, identitySecret: identity }, []);
    await store.saveSource({
      tenant: "t1",
      system: "sentry",
      id: "default",
      settings: { webhook: url },
      secrets: [signing],
      createdAt: NOON,
      lastReceivedAt: null,
    });
    await store.saveChannel({ tenant: "t1", kind: "email", system: "sendgrid", settings: { apiKey: key } });

    // Names may stand in what people wrote about a person (audit, alerts); addresses and messages nowhere.
    const secret = [...SECRETS, CANARY.phone, CANARY.text];
    expect(found(secret, bytesOf(file))).toEqual([]);
    await store.close();
    expect(found(secret, bytesOf(file))).toEqual([]);
    expect(found(["canary-person-4711"], bytesOf(file))).toHaveLength(1);
  });

  it("hold no word of an erased person, however the pages were split and filled before", async () => {
    const random = chance(23);
    const store = storeAt(file, { indexAfter: 60 });
    await store.open();
    const noise = async (from: number) => {
      for (let seq = from; seq < from + 150; seq += 10) {
        const n = () => `${Math.floor(random() * 1e9)}`;
        const who = random() < 0.15 ? person : `user-${n()}`;
        const inputs = Array.from({ length: 10 }, (_, i) =>
          anInput(seq + i, { person: who, account: `a${seq % 7}`, data: { endpoint: `/${who}/${n()}` } }),
        );
        const match = aMatch({ id: n(), person: who, key: `person/${who}`, unit: `account/a${seq % 7}` });
        await store.commit({
          ...aBatch({ inputs }),
          effects: [
            { kind: "match", row: match },
            {
              kind: "decision",
              row: aDecision({ id: n(), match: match.id, person: who, key: `person/${who}` }),
            },
            { kind: "delivery", row: aDelivery({ id: n(), match: match.id, person: who }) },
            { kind: "score", row: aScore({ key: `person/${who}`, why: `${who} had trouble`.repeat(9) }) },
          ],
          contacts: [{ tenant: "t1", person: who, details: { preferredName: `Name of ${who}` } }],
          memberships: [{ tenant: "t1", person: who, unit: `account/a${seq % 7}`, at: NOON }],
        });
      }
    };
    await noise(1_000);
    await store.commit(aLife("t1", 2_000, "somebody else"));
    await store.saveSentCopy({ tenant: "t1", delivery: "life-y1", person, at: NOON, rendered: CANARY.text });
    const state = Buffer.from(`state with ${person} in it`);
    const unit = {
      tenant: "t1",
      unit: "account/acme",
      shard: 1,
      seq: 8,
      engine: "1",
      library: "l",
      nextDue: null,
    };
    await store.saveUnits([{ ...unit, state }]);
    await noise(3_000);
    expect(found([person], bytesOf(file))).toEqual([person]);

    await store.erasePerson("t1", person, NOON, NOTHING_LEFT);

    const words = [person, ...CONTACT, "xx-CANARY"];
    expect(found(words, bytesOf(file))).toEqual([]);
    expect(statSync(`${file}-wal`).size).toBe(0);
    await store.close();
    expect(found(words, bytesOf(file))).toEqual([]);
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  it("are emptied of an erased person once a reader is done", async () => {
    const store = storeAt(file);
    await store.open();
    await store.commit(aLife("t1", 1, "somebody else"));
    const reader = new Database(file, { readonly: true });
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM inputs").get();

    const erasing = store.erasePerson("t1", person, NOON, NOTHING_LEFT);
    await new Promise((resolve) => setTimeout(resolve, 150));
    reader.close();
    await erasing;

    expect(found([person, ...CONTACT], bytesOf(file))).toEqual([]);
    await store.close();
  });

  it("cannot be opened with another secret key, and say so", async () => {
    const store = storeAt(file);
    await store.open();
    await store.close();
    const before = readFileSync(file);

    const other = openSqliteStore({ file, secretKey: Buffer.alloc(32, 9), now: () => NOON });

    await expect(other.open()).rejects.toThrow("FORESTALL_SECRET_KEY is not the key");
    expect(readFileSync(file).equals(before)).toBe(true);
    const again = storeAt(file);
    await again.open();
    await again.close();
  });
});
