// A plain client of Callboard's HTTP API for tests. It shares no code with the product.
import { until } from "./until.mjs";

/** A refusal, with its problem document. */
export class Refused extends Error {
  constructor(method, path, status, problem) {
    super(`${method} ${path}: ${status} ${problem?.code ?? ""} ${problem?.detail ?? ""}`);
    this.status = status;
    this.problem = problem;
  }
}

export class Api {
  constructor(url, credential) {
    this.url = url;
    this.credential = credential;
  }

  async call(method, path, body, headers = {}) {
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.credential ? { authorization: `Bearer ${this.credential}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    const value = text === "" ? undefined : JSON.parse(text);
    if (!answer.ok) throw new Refused(method, path, answer.status, value);
    return value;
  }

  get(path) {
    return this.call("GET", path);
  }

  post(path, body = {}) {
    return this.call("POST", path, body);
  }

  createSession(body = {}) {
    return this.post("/v1/call/sessions", body).then((answer) => answer.session);
  }

  session(id) {
    return this.get(`/v1/call/sessions/${id}`);
  }

  joinLink(id, displayName, more = {}) {
    return this.post(`/v1/call/sessions/${id}/join-links`, { displayName, ...more });
  }

  /** The whole log of a session, page by page. */
  async events(id) {
    const events = [];
    let after = 0;
    for (;;) {
      const page = await this.get(`/v1/realtime/sessions/${id}/events?afterSequence=${after}&limit=1000`);
      events.push(...page.events);
      after = page.nextAfterSequence ?? after;
      if (!page.hasMore) return events;
    }
  }

  /** Waits for an event that `matches`, and gives it. */
  awaitEvent(id, what, matches, options) {
    return until(`the log has ${what}`, async () => (await this.events(id)).find(matches), { every: 250, ...options });
  }
}
