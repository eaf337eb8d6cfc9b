import { readFileSync } from "node:fs";
import { LOCALES } from "./locale.ts";

/** The texts of the pages that come before the app, from the same files as the app's own. */
export type TextKey =
  | `connect.${"title" | "explain" | "code" | "submit" | "wrong" | "expired" | "taken" | "many"}`
  | `door.${DoorText | `${DoorText}_title`}`;
type DoorText = "refused" | "used" | "no_key" | "no_agent" | "outside" | "incomplete";

type Texts = { readonly ui: { readonly [group: string]: { readonly [name: string]: string } } };

const TEXTS = new Map(
  LOCALES.map((locale) => {
    const file = new URL(`../../../translations/${locale}.json`, import.meta.url);
    return [locale as string, JSON.parse(readFileSync(file, "utf8")) as Texts];
  }),
);

/** Fills in what stands in braces. */
export function textIn(
  locale: string,
  key: TextKey,
  values: { readonly [name: string]: string } = {},
): string {
  const [group = "", name = ""] = key.split(".");
  const text = (TEXTS.get(locale) ?? TEXTS.get("en"))?.ui[group]?.[name] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, value: string) => values[value] ?? whole);
}
