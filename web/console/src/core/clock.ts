/** The server's clock as this page knows it. */
let offsetMs = 0;

/** Takes a reading of the server's clock. */
export function readServerClock(serverTime: number, readAt: number = Date.now()): void {
  if (!Number.isNaN(serverTime)) offsetMs = serverTime - readAt;
}

/** Now, by the server's clock, in milliseconds since 1970. */
export const serverNow = (): number => Date.now() + offsetMs;
