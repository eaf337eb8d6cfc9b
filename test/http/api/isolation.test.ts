import { describeIsolation } from "./isolation.ts";
import { createWorld } from "./world.ts";

describeIsolation(() =>
  createWorld(undefined, {
    quotas: {
      token: { name: "token", requests: 100_000, windowS: 60 },
      address: { name: "address", requests: 100_000, windowS: 60 },
      refused: { name: "refused", requests: 100_000, windowS: 60 },
    },
  }),
);
