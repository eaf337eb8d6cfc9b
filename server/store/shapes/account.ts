import { z } from "zod";
import type { AccountState } from "../../core/unit.ts";
import { maybeNumber, maybeText, text, texts } from "./parts.ts";
import { shape } from "./shape.ts";

const VERSION = 1;

export const account = z.object({
  id: text,
  name: maybeText,
  plan: maybeText,
  segment: maybeText,
  region: maybeText,
  industry: maybeText,
  mrr: maybeNumber,
  owner: maybeText,
  timeZone: maybeText,
  productArea: maybeText,
  signedUpAt: maybeNumber,
  onboardedAt: maybeNumber,
  contacts: z.record(text, texts),
});

export const ACCOUNT = shape<AccountState>()({
  kind: "an account",
  version: VERSION,
  upgrades: [],
  schema: account,
});

export const { write: writeAccount } = ACCOUNT;
