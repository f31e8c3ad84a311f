/** Server-sent events from text that comes in any pieces. */

/** One message. An id without data is no event: it moves the place, and `data` is undefined. */
export interface SseMessage {
  id: string | undefined;
  event: string;
  data: string | undefined;
}

/** Takes text in any pieces; an unfinished message is never given out. */
export class SseParser {
  /** Milliseconds that the server asks to wait before coming back. */
  retryMs: number | undefined;
  /** Comments seen: the server's signs of life. */
  comments = 0;
  #rest = "";
  #id: string | undefined;
  #event = "";
  #data: string[] = [];

  /** The messages that this piece completes. */
  feed(piece: string): SseMessage[] {
    const text = this.#rest + piece;
    const messages: SseMessage[] = [];
    const ends = /\r\n|\n|\r/g;
    let from = 0;
    for (let end = ends.exec(text); end; end = ends.exec(text)) {
      // A carriage return at the very end may be the first half of a pair.
      if (end[0] === "\r" && ends.lastIndex === text.length) break;
      this.#line(text.slice(from, end.index), messages);
      from = ends.lastIndex;
    }
    this.#rest = text.slice(from);
    return messages;
  }

  #line(line: string, messages: SseMessage[]): void {
    if (line === "") {
      this.#dispatch(messages);
      return;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (name === "") this.comments += 1;
    else if (name === "data") this.#data.push(value);
    else if (name === "event") this.#event = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
  }

  #dispatch(messages: SseMessage[]): void {
    if (this.#data.length > 0) {
      messages.push({ id: this.#id, event: this.#event || "message", data: this.#data.join("\n") });
    } else if (this.#id !== undefined) {
      messages.push({ id: this.#id, event: "", data: undefined });
    }
    this.#id = undefined;
    this.#event = "";
    this.#data = [];
  }
}
