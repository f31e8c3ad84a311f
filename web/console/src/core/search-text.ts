/** Reads what an address carries. The router reads `?q=4711` as a number; people mean a text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/** The members that are set, so that the address holds nothing idle. */
export function compact<T extends object>(values: T): Partial<{ [K in keyof T]: Exclude<T[K], undefined> }> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ""),
  ) as Partial<{ [K in keyof T]: Exclude<T[K], undefined> }>;
}

/** One of some known words, else nothing. */
export const oneOf = <T extends string>(known: readonly T[], value: unknown): T | undefined =>
  known.find((each) => each === value);
