import type { Migration } from "../durability/migrate.ts";

/** Behind the short link of an SMS is the message it stands in. The link itself is kept nowhere but in the message. */
const SHORT_LINKS = `
  ALTER TABLE sent_copies ADD COLUMN short_link TEXT;  -- SHA-256, hex
  CREATE UNIQUE INDEX sent_copies_short_link ON sent_copies (short_link) WHERE short_link IS NOT NULL;`;

export const shortLinks: Migration = { version: 3, name: "short links", steps: [SHORT_LINKS] };
