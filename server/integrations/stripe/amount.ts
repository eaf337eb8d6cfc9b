/** Currencies without a smaller unit, and those with three decimals: docs.stripe.com/currencies. */
const WHOLE = new Set("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split(" "));
const THOUSANDTHS = new Set("bhd jod kwd omr tnd".split(" "));

/** Stripe counts in the smallest unit of a currency; people, and our events, in the main one: 9900 cents are 99. */
export function mainUnits(amount: number, currency: string | undefined): number {
  const code = currency?.toLowerCase() ?? "";
  if (WHOLE.has(code)) return amount;
  return amount / (THOUSANDTHS.has(code) ? 1_000 : 100);
}
