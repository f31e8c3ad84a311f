/** Lenient reading of payload fields: a missing or odd field is `undefined`, never an exception. */
export type Payload = Readonly<Record<string, unknown>>;

export const text = (payload: Payload, key: string): string | undefined => {
  const value = payload[key];
  return typeof value === "string" ? value : undefined;
};

export const number = (payload: Payload, key: string): number | undefined => {
  const value = payload[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
};

export const flag = (payload: Payload, key: string): boolean => payload[key] === true;

/** An RFC 3339 text as milliseconds since 1970. */
export const instant = (value: string | undefined): number | undefined => {
  if (value === undefined) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
};

export function oneOf<T extends string>(value: string | undefined, allowed: readonly T[], otherwise: T): T {
  return allowed.includes(value as T) ? (value as T) : otherwise;
}

/** The object without its undefined members, so that states compare and print plainly. */
export function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

/** Whether a participant's page told this, and not the provider. */
export const isReported = (payload: Payload): boolean => {
  const by = text(payload, "reportedBy");
  return by !== undefined && by !== "provider";
};
