import { describe, expect, it, vi } from "vitest";
import { ApiError, backoffMs, createCallboard, newEventId } from "../src/index.ts";

const problem = {
  type: "/errors/SESSION_CLOSED",
  title: "The session is over",
  status: 409,
  detail: "The session has ended",
  code: "SESSION_CLOSED",
  retryable: false,
  traceId: "t1",
};

const client = (answer: () => Response | Promise<Response>, more: object = {}) => {
  const get = vi.fn((_request: Request) => Promise.resolve(answer()));
  return { get, api: createCallboard({ baseUrl: "http://here", fetch: get, ...more }) };
};

describe("the client", () => {
  it("sends the credential as a header, and the CSRF token with unsafe methods only", async () => {
    const { api, get } = client(() => Response.json({ items: [], nextCursor: null }), {
      csrfToken: () => "c1",
    });
    await api.listSessions({ status: "active", limit: 5 });
    await api.leave("ses/1");
    const [read, write] = get.mock.calls.map(([request]) => request);
    expect(read?.url).toBe("http://here/v1/call/sessions?status=active&limit=5");
    expect(read?.headers.get("X-CSRF-Token")).toBeNull();
    expect(write?.url).toBe("http://here/v1/call/sessions/ses%2F1/leave");
    expect(write?.headers.get("X-CSRF-Token")).toBe("c1");
    const other = client(() => Response.json({}), { bearer: () => "cbp_1" });
    await other.api.me();
    expect(other.get.mock.calls[0]?.[0].headers.get("Authorization")).toBe("Bearer cbp_1");
    expect(other.get.mock.calls[0]?.[0].credentials).toBe("omit");
  });

  it("throws refusals with their code", async () => {
    const { api } = client(() => Response.json(problem, { status: 409 }));
    const error = await api.leave("s").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: "SESSION_CLOSED", status: 409, message: "The session has ended" });
  });

  it("tells of a lost sign-in", async () => {
    const onUnauthorized = vi.fn();
    const { api } = client(() => Response.json({ ...problem, status: 401 }, { status: 401 }), {
      onUnauthorized,
    });
    await expect(api.me()).rejects.toMatchObject({ status: 401 });
    expect(onUnauthorized).toHaveBeenCalledTimes(1);
  });

  it("makes a problem of a proxy's page and of a dead network", async () => {
    const proxy = client(() => new Response("<h1>Bad gateway</h1>", { status: 502 }));
    await expect(proxy.api.me()).rejects.toMatchObject({ code: "HTTP_502", retryable: true });
    const dead = client(() => Promise.reject(new TypeError("failed")));
    await expect(dead.api.me()).rejects.toMatchObject({ code: "NETWORK", status: 0, retryable: true });
  });
});

describe("helpers", () => {
  it("backs off up to a ceiling, half of it by chance", () => {
    expect([0, 1, 2, 9].map((n) => backoffMs(n, { random: () => 0 }))).toEqual([250, 500, 1000, 7500]);
    expect(backoffMs(50, { random: () => 0.999_999 })).toBe(15_000);
  });

  it("makes event ids in the order of time", () => {
    const ids = [1_000, 2_000, 1_763_000_000_000].map(newEventId);
    expect([...ids].sort()).toEqual(ids);
    expect(ids[2]).toMatch(/^evt_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(newEventId(5)).not.toBe(newEventId(5));
  });
});
