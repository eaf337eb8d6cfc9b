import type { Trouble } from "./story.ts";
import { ACCESS } from "./troubles/access.ts";
import { API } from "./troubles/api.ts";
import { BILLING } from "./troubles/billing.ts";
import { PRODUCT } from "./troubles/product.ts";

/** Every trouble that can befall any account. Those of an account's first weeks are in beginnings.ts. */
export const TROUBLES: readonly Trouble[] = [...ACCESS, ...API, ...BILLING, ...PRODUCT];
