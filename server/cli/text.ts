/** Text without characters that a terminal would obey. */
export function stripControls(text: string): string {
  return text.replaceAll(/\p{C}+/gu, " ");
}

/** The same, keeping its lines. */
export function plainLines(text: string): string {
  return text.split("\n").map(stripControls).join("\n");
}

/** One line, as an error is told. */
export function oneLine(text: string): string {
  return stripControls(text).replaceAll(/\s+/g, " ").trim();
}

/** `3 events`, `1 event`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
