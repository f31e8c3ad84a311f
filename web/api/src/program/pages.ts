import type { Page } from "../wire.ts";
import type { Query, Requests } from "./request.ts";

/** A list: `for await` gives every item of every page. Nothing is asked for before. */
export class Pages<T> implements AsyncIterable<T> {
  readonly #requests: Requests;
  readonly #path: string;
  readonly #query: Query;

  constructor(requests: Requests, path: string, query: Query = {}) {
    this.#requests = requests;
    this.#path = path;
    this.#query = query;
  }

  /** One page: the first, or the one that a `nextCursor` leads to. */
  page(cursor?: string): Promise<Page<T>> {
    const query = cursor === undefined ? this.#query : { ...this.#query, cursor };
    return this.#requests.json<Page<T>>("GET", this.#path, { query });
  }

  /** Every page. */
  async *pages(): AsyncGenerator<Page<T>, void> {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: Page<T> = await this.page(cursor);
      yield page;
      cursor = page.nextCursor;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for await (const page of this.pages()) yield* page.items;
  }
}
