import { z } from "zod";
import type { Band } from "../../core/unit.ts";
import type { IdentityWrite, TokenRole } from "../contract.ts";
import { band } from "./parts.ts";
import { shape } from "./shape.ts";

/* Words in columns of their own. */

const VERSION = 1;

export const BAND = shape<Band>()({ kind: "a band", version: VERSION, upgrades: [], schema: band });

export const ROLE = shape<TokenRole>()({
  kind: "the role of a token",
  version: VERSION,
  upgrades: [],
  schema: z.enum(["write", "agent", "ops", "admin", "analyst", "privacy", "public"]),
});

export const IDENTITY_KIND = shape<IdentityWrite["kind"]>()({
  kind: "the kind of an identity",
  version: VERSION,
  upgrades: [],
  schema: z.enum(["person", "account"]),
});

export const { from: readIdentityKind } = IDENTITY_KIND;
export const { from: readBand } = BAND;
export const { from: readRole } = ROLE;
