export const LOCALES = ["en", "de", "fr", "es", "ja", "pt-BR"] as const;

/** The app's language that fits best: the token's, else the browser's, else English. `pt` reads Brazilian. */
export function localeOf(claimed: string | null, acceptLanguage: string | undefined): string {
  const accepted = (acceptLanguage ?? "")
    .slice(0, 200)
    .split(",")
    .map((part) => part.split(";")[0]?.trim() ?? "");
  for (const wanted of [claimed ?? "", ...accepted]) {
    const language = wanted.toLowerCase().split(/[-_]/)[0];
    const found = LOCALES.find((locale) => locale.toLowerCase().split("-")[0] === language);
    if (found !== undefined) return found;
  }
  return "en";
}
