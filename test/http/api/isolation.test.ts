import { describe } from "vitest";
import { describeIsolation } from "./isolation.ts";
import { STORES } from "./stores.ts";

const plenty = { requests: 100_000, windowS: 60 };
const quotas = {
  token: { name: "token", ...plenty },
  address: { name: "address", ...plenty },
  refused: { name: "refused", ...plenty },
};

describe.each(STORES)("on the store %s", (_name, makeWorld) => {
  describeIsolation(() => makeWorld({ quotas }));
});
