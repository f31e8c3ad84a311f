const HEX = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** A random id of 128 bits with a prefix. Works on plain http, where `randomUUID` is kept back. */
export const newId = (prefix: string): string =>
  `${prefix}_${HEX(crypto.getRandomValues(new Uint8Array(16)))}`;

/** An event id in the order of time (UUIDv7), so that the log's index grows at its end. */
export function newEventId(now: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const time = Math.floor(now);
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(time / 2 ** (8 * (5 - i))) & 0xff;
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = HEX(bytes);
  return `evt_${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
