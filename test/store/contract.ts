import { describe } from "vitest";
import { administrationContract } from "./contract/administration.ts";
import { deliveriesContract } from "./contract/deliveries.ts";
import { directoryContract } from "./contract/directory.ts";
import { logContract } from "./contract/log.ts";
import type { Open } from "./contract/opened.ts";
import { privacyContract } from "./contract/privacy.ts";
import { readingContract } from "./contract/reading.ts";
import { retentionContract } from "./contract/retention.ts";
import { risksContract } from "./contract/risks.ts";
import { servedContract } from "./contract/served.ts";
import { unitsContract } from "./contract/units.ts";

/** What every store does, whatever it is made of. A store's own test holds only its peculiarities. */
export function storeContract(name: string, open: Open): void {
  describe(`${name}, as every store,`, () => {
    logContract(open);
    unitsContract(open);
    directoryContract(open);
    deliveriesContract(open);
    readingContract(open);
    risksContract(open);
    administrationContract(open);
    privacyContract(open);
    retentionContract(open);
    servedContract(open);
  });
}
