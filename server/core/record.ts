/** Whether a value has members by name; a list has none. Its members are still to be looked at. */
export function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
