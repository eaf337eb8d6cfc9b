import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { z } from "zod";
import {
  type AlertTemplate,
  COMMON_FILE,
  type CommonWords,
  type MessageTemplate,
  TEMPLATE_FILE,
} from "./template.ts";

/** The folder of the messages that come with the product. */
export const SHIPPED_MESSAGES = fileURLToPath(new URL("./", import.meta.url));

/** Templates were refused; every problem of every file is listed. */
export class BadTemplate extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "BadTemplate";
  }
}

export interface LocaleTemplate {
  readonly words: MessageTemplate | AlertTemplate;
  readonly version: string;
}

export interface Locale {
  readonly common: CommonWords;
  readonly templates: ReadonlyMap<string, LocaleTemplate>;
}

/** Locale tag in lower case -> its words. A folder with a `common.yaml` is a locale. */
export function loadLocales(dir: string, layouts: string): ReadonlyMap<string, Locale> {
  const problems: string[] = [];
  const locales = new Map<string, Locale>();
  for (const { name } of readdirSync(dir, { withFileTypes: true })) {
    if (!existsSync(join(dir, name, "common.yaml"))) continue;
    const locale = loadLocale(join(dir, name), name, layouts, problems);
    if (locale !== null) locales.set(name.toLowerCase(), locale);
  }
  if (problems.length > 0) throw new BadTemplate(problems);
  return locales;
}

function loadLocale(folder: string, name: string, layouts: string, problems: string[]): Locale | null {
  const source = readFileSync(join(folder, "common.yaml"), "utf8");
  const common = read(COMMON_FILE, source, `${name}/common.yaml`, problems);
  const templates = new Map<string, LocaleTemplate>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = join(folder, entry.name, "message.yaml");
    if (!entry.isDirectory() || !existsSync(file)) continue;
    const text = readFileSync(file, "utf8");
    const words = read(TEMPLATE_FILE, text, `${name}/${entry.name}/message.yaml`, problems);
    if (words !== null) templates.set(entry.name, { words, version: hash(text, source, layouts) });
  }
  return common === null ? null : { common, templates };
}

function read<T extends z.ZodType>(
  schema: T,
  text: string,
  file: string,
  problems: string[],
): z.output<T> | null {
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    problems.push(
      `${file}: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`,
    );
    return null;
  }
  const parsed = schema.safeParse(raw);
  for (const issue of parsed.error?.issues ?? [])
    problems.push(`${file}: ${issue.path.join(".")}: ${issue.message}`);
  return parsed.data ?? null;
}

function hash(...parts: readonly string[]): string {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part).update("\0");
  return digest.digest("hex").slice(0, 12);
}
