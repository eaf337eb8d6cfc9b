import { z } from "zod";
import type { ChannelRow, SourceRow } from "../contract.ts";
import { text, texts } from "./parts.ts";
import { shape } from "./shape.ts";

/* Sealed. The settings of a system are read again by its integration, which knows what they mean. */

const VERSION = 1;

const settings = z.record(text, z.unknown());

export const SOURCE = shape<Pick<SourceRow, "settings" | "secrets">>()({
  kind: "the settings of a source",
  version: VERSION,
  upgrades: [],
  schema: z.object({ settings, secrets: texts }),
});

export const CHANNEL = shape<ChannelRow["settings"]>()({
  kind: "the settings of a channel",
  version: VERSION,
  upgrades: [],
  schema: settings,
});

export const IDENTITY_SECRET = shape<string>()({
  kind: "the identity secret of a tenant",
  version: VERSION,
  upgrades: [],
  schema: text,
});

export const { from: readSource, wrap: writeSource } = SOURCE;
export const { from: readChannel, wrap: writeChannel } = CHANNEL;
export const { from: readIdentitySecret, wrap: writeIdentitySecret } = IDENTITY_SECRET;
