import type { EventData } from "../core/event.ts";
import { percentUsed, plain } from "../core/explain.ts";

/** The address as a browser would open it; null unless it is http(s) without a user name inside. */
export function webAddress(text: string | undefined): string | null {
  if (text === undefined || text.length > 2_000 || !URL.canParse(text)) return null;
  const url = new URL(text);
  const web = url.protocol === "https:" || url.protocol === "http:";
  return web && url.username === "" && url.password === "" ? url.href : null;
}

/** A plain email address; null for anything with room for a second header or a second recipient. */
export function mailAddress(text: string | undefined): string | null {
  return text !== undefined && /^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190}$/.test(text) ? text : null;
}

/** One line without control characters, as headers and subjects need it. */
export function oneLine(text: string, longest: number): string {
  const line = text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length > longest ? `${line.slice(0, longest - 1).toWellFormed()}…` : line;
}

const DEFAULT_COLOR = "#1f5fbf";

/** Button colour and the text colour on it that can be read: black or white, whichever has more contrast. */
export function colorsOf(color: string | undefined): { readonly color: string; readonly onColor: string } {
  const safe = color !== undefined && /^#[0-9a-fA-F]{6}$/.test(color) ? color : DEFAULT_COLOR;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    linear(Number.parseInt(safe.slice(at, at + 2), 16)),
  );
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  // White has contrast 1.05 / (L + 0.05), black (L + 0.05) / 0.05: they are equal at L = 0.179 (WCAG 2.2).
  return { color: safe, onColor: luminance > 0.179 ? "#000000" : "#ffffff" };
}

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** The evidence as templates see it: short clean texts; what is not known is absent. */
export function readable(values: EventData): { readonly [name: string]: string } {
  const data: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(values)) {
    const text = plain(name, value);
    if (text !== "") data[name] = text;
  }
  const percent = percentUsed(values);
  if (percent !== null) data.percent = String(percent);
  return data;
}
