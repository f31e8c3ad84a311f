/** What a reload needs to go on with the call: kept in this tab only, and only while it lasts. */
import type { Session } from "@callboard/api";

export interface Seat {
  /** The link's token: another link in the same tab is another call. */
  linkToken: string;
  sessionId: string;
  participantId: string;
  pass: string;
  resumeToken: string;
  consumerId: string;
  firstSequence: number;
  /** The call as it was when this seat was taken. */
  session: Session;
  withMicrophone: boolean;
  deviceId?: string;
  unavailable?: { code: string; message: string };
  /** The person has left on purpose; a reload must not bring them back. */
  left?: boolean;
}

const SEAT = "callboard.seat";
const ATTEMPT = "callboard.join-attempt";

function read(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function write(key: string, value: unknown): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Without storage the call works, only a reload does not bring it back.
  }
}

/** The seat that belongs to this address; without a token in the address, the tab's last one. */
export function readSeat(linkToken: string): Seat | undefined {
  const seat = read(SEAT) as Seat | null;
  if (!seat || typeof seat.pass !== "string") return undefined;
  return linkToken === "" || seat.linkToken === linkToken ? seat : undefined;
}

export const writeSeat = (seat: Seat): void => write(SEAT, seat);

interface Attempt {
  linkToken: string;
  displayName: string;
  key: string;
}

/** The key of one attempt to join: the same again after a lost answer, new for anything else. */
export function attemptKey(linkToken: string, displayName: string, make: () => string): string {
  const known = read(ATTEMPT) as Attempt | null;
  if (known?.linkToken === linkToken && known.displayName === displayName) return known.key;
  const attempt: Attempt = { linkToken, displayName, key: make() };
  write(ATTEMPT, attempt);
  return attempt.key;
}

/** The attempt has its answer; the next one is another. */
export function endAttempt(): void {
  try {
    sessionStorage.removeItem(ATTEMPT);
  } catch {
    // Nothing was kept then.
  }
}
