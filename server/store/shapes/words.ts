import type { z } from "zod";
import { ACCOUNT } from "./account.ts";
import { ALERT } from "./alert.ts";
import { AUDIT } from "./audit.ts";
import { CONTROL } from "./control.ts";
import { DECISION } from "./decision.ts";
import { DELIVERY } from "./delivery.ts";
import { EVENT } from "./event.ts";
import { FEEDBACK } from "./feedback.ts";
import { INCIDENT } from "./incident.ts";
import { MATCH } from "./match.ts";
import { OUTCOME } from "./outcome.ts";
import { PERSON } from "./person.ts";

const KINDS = [
  ACCOUNT,
  ALERT,
  AUDIT,
  CONTROL,
  DECISION,
  DELIVERY,
  EVENT,
  FEEDBACK,
  INCIDENT,
  MATCH,
  OUTCOME,
  PERSON,
];

const fields = new Set<string>();
const words = new Set<string>();
for (const { schema } of KINDS) gather(schema);

/** Names of fields in records of any kind. */
export const FIELDS: ReadonlySet<string> = fields;

/** What a field may be that is not free text: `open`, `in_app.banner`, `quiet`. Whoever is called that is not meant. */
export const WORDS: ReadonlySet<string> = words;

function gather(schema: z.core.$ZodType): void {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "enum":
      for (const word of Object.values(def.entries)) words.add(String(word));
      return;
    case "literal":
      for (const word of def.values) if (typeof word === "string") words.add(word);
      return;
    case "object":
      for (const [name, inner] of Object.entries(def.shape)) {
        fields.add(name);
        gather(inner);
      }
      return;
    case "array":
      return gather(def.element);
    case "record":
      return gather(def.valueType);
    case "nullable":
    case "optional":
      return gather(def.innerType);
    case "union":
      for (const option of def.options) gather(option);
  }
}
