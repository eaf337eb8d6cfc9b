type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The same without what is undefined: queries of the store leave out what they do not ask for. */
export function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}
