/** A WebSocket whose other end the test holds. */
import type { ClientFrame, ServerFrame } from "../src/frames.ts";

export class FakeSocket {
  static made: FakeSocket[] = [];
  static get last(): FakeSocket {
    return FakeSocket.made.at(-1)!;
  }

  readyState = 0;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  readonly sent: ClientFrame[] = [];

  constructor(readonly url: string) {
    FakeSocket.made.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientFrame);
  }

  close(): void {
    this.readyState = 3;
  }

  accept(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  say(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  cut(): void {
    this.readyState = 3;
    this.onclose?.();
  }

  /** The latest subscription of a session or, without one, of the tenant. */
  subscription(sessionId?: string) {
    const all = this.sent.filter((frame) => frame.op === "subscribe");
    return all.findLast((frame) => ("sessionId" in frame ? frame.sessionId : undefined) === sessionId)!;
  }
}

export const asWebSocket = FakeSocket as unknown as new (url: string) => WebSocket;
