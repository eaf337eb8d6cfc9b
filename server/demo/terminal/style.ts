/** Colour where somebody looks: on a terminal, unless NO_COLOR says otherwise (no-color.org). */
export interface Style {
  good(text: string): string;
  warn(text: string): string;
  ask(text: string): string;
  soft(text: string): string;
  bold(text: string): string;
}

export function createStyle(colours: boolean): Style {
  const paint = (code: string) => (text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { good: paint("32"), warn: paint("33"), ask: paint("36"), soft: paint("2"), bold: paint("1") };
}
