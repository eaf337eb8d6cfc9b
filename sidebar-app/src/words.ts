import type english from "../../translations/en.json";
import { formatMessage, type Values } from "./format.ts";

type Texts = typeof english.ui;
type Group = keyof Texts;
/** Every message by its path below `ui`: one that does not exist is not compiled. */
export type Key = { [group in Group]: `${group}.${Extract<keyof Texts[group], string>}` }[Group];

/** Everything a person reads, in their language and time zone, as of one moment. */
export interface Words {
  readonly locale: string;
  readonly rtl: boolean;
  readonly now: number;
  t(key: Key, values?: Values): string;
  /** A word of the server, such as a reason: its message, else the word itself. */
  word(group: Group, word: string): string;
  /** "23 min. ago"; the weekday and time from a day on. */
  ago(iso: string): string;
  /** "Tue 2:10 PM", with the date when it is not within a week. */
  moment(iso: string): string;
  number(value: number, digits?: number): string;
}

const LOADERS = {
  en: () => import("../../translations/en.json"),
  de: () => import("../../translations/de.json"),
  fr: () => import("../../translations/fr.json"),
  es: () => import("../../translations/es.json"),
  ja: () => import("../../translations/ja.json"),
  "pt-BR": () => import("../../translations/pt-BR.json"),
} as const;
type Language = keyof typeof LOADERS;

/** The nearest language there is: by region, by language, else English. */
export function languageOf(locale: string): Language {
  const names = Object.keys(LOADERS) as Language[];
  const wanted = locale.toLowerCase();
  const base = wanted.split("-")[0];
  return (
    names.find((name) => name.toLowerCase() === wanted) ??
    names.find((name) => name.toLowerCase().split("-")[0] === base) ??
    "en"
  );
}

export async function loadTexts(locale: string): Promise<Texts> {
  return (await LOADERS[languageOf(locale)]()).default.ui;
}

const RTL = /^(ar|he|fa|ur|yi|ps|dv)\b/i;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

export function createWords(texts: Texts, wanted: string, now: number, timeZone?: string): Words {
  const locale = usable(wanted);
  const zone = timeZone === undefined ? {} : { timeZone };
  const find = (group: string, name: string): string | undefined => {
    const messages: Readonly<Record<string, Readonly<Record<string, string>>>> = texts;
    const found = messages[group];
    return found !== undefined && Object.hasOwn(found, name) ? found[name] : undefined;
  };
  const relative = new Intl.RelativeTimeFormat(languageOf(locale) === "en" ? usable(wanted, "en") : locale, {
    style: "short",
    numeric: "auto",
  });
  const moment = (iso: string): string => {
    const at = Date.parse(iso);
    if (Number.isNaN(at)) return iso;
    const near = Math.abs(at - now) < 6 * DAY;
    const day = near ? ({ weekday: "short" } as const) : ({ day: "numeric", month: "short" } as const);
    const year = Math.abs(at - now) > 300 * DAY ? ({ year: "numeric" } as const) : {};
    return new Intl.DateTimeFormat(locale, {
      ...day,
      ...year,
      ...zone,
      hour: "numeric",
      minute: "2-digit",
    }).format(at);
  };
  return {
    locale,
    rtl: RTL.test(wanted),
    now,
    t(key, values = {}) {
      const [group = "", name = ""] = key.split(".");
      const text = find(group, name);
      return text === undefined ? key : formatMessage(text, values, locale);
    },
    word: (group, word) => find(group, word.replaceAll(".", "_")) ?? word.replaceAll(/[._]/g, " "),
    ago(iso) {
      const past = now - Date.parse(iso);
      if (!(past < DAY && past > -MINUTE)) return moment(iso);
      if (past < MINUTE) return relative.format(0, "second");
      return past < HOUR
        ? relative.format(-Math.floor(past / MINUTE), "minute")
        : relative.format(-Math.floor(past / HOUR), "hour");
    },
    moment,
    number: (value, digits = 0) =>
      new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value),
  };
}

/** Dates and numbers in the person's own way where the browser knows it, in words we have otherwise. */
function usable(locale: string, otherwise = languageOf(locale) as string): string {
  try {
    // In a language we have no words for, English dates read better among English words.
    return languageOf(locale) === "en" && !/^en\b/i.test(locale)
      ? otherwise
      : (Intl.getCanonicalLocales(locale)[0] ?? otherwise);
  } catch {
    return otherwise;
  }
}
