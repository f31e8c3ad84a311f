/** The console's forms and lists as a person meets them, against a server held by the test. */
import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { http, queryClient } from "../src/core/client.ts";
import { CreateKey } from "../src/features/settings/create-key.tsx";
import { RotateKey, RevokeKey } from "../src/features/settings/key-dialogs.tsx";
import { LiveKitPage } from "../src/features/settings/livekit-page.tsx";
import { EndpointDialog } from "../src/features/webhooks/endpoint-dialog.tsx";
import type { ApiKey } from "../src/core/wire.ts";
import { DataTable } from "../src/ui/data-table.tsx";
import { at } from "../../api/test/events.ts";

vi.mock("@tanstack/react-router", () => ({
  Link: ({ children }: { children: ReactNode }) => <a>{children}</a>,
}));

interface Asked {
  method: string;
  path: string;
  body: unknown;
  csrf: string | null;
}

let asked: Asked[];
let answers: Record<string, () => Response>;

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

const problem = (status: number, code: string, errors: { pointer: string; reason: string }[] = []) =>
  json(
    {
      type: "",
      title: "No",
      status,
      detail: "It cannot be so.",
      code,
      retryable: false,
      traceId: "t1",
      errors,
    },
    status,
  );

const apiKey: ApiKey = {
  keyId: "key_1",
  name: "Agent",
  scopes: ["calls:read"],
  prefix: "cbk_1",
  createdAt: at(0),
  createdBy: "cli",
};

beforeEach(() => {
  asked = [];
  answers = {};
  queryClient.clear();
  queryClient.setQueryData(["me"], {
    principal: { kind: "user", roles: ["owner"], scopes: [], tenantId: "ten_1", tenantName: "acme" },
    csrfToken: "csrf-1",
    serverTime: at(0),
    features: { livekit: true },
  });
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const { pathname } = new URL(url);
    const method = init.method ?? "GET";
    asked.push({
      method,
      path: pathname,
      body: typeof init.body === "string" ? (JSON.parse(init.body) as unknown) : undefined,
      csrf: new Headers(init.headers).get("x-csrf-token"),
    });
    return (answers[`${method} ${pathname}`] ?? (() => problem(404, "ROUTE_NOT_FOUND")))();
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const show = (page: ReactNode) =>
  render(<QueryClientProvider client={queryClient}>{page}</QueryClientProvider>);

describe("requests of the pages", () => {
  it("carry the token that a cookie's changes need, and reads do not", async () => {
    answers["GET /v1/audit"] = () => json({ items: [], nextCursor: null });
    answers["POST /v1/provider/test"] = () => json({ ok: true, steps: [] });
    await http.get("/v1/audit", { action: undefined, limit: 5 });
    await http.post("/v1/provider/test");
    expect(asked.map(({ csrf }) => csrf)).toEqual([null, "csrf-1"]);
  });

  it("turn refusals, pages of a proxy, and a lost network into one kind of error", async () => {
    answers["GET /a"] = () => problem(403, "FORBIDDEN");
    answers["GET /b"] = () => new Response("<h1>Bad gateway</h1>", { status: 502 });
    await expect(http.get("/a")).rejects.toMatchObject({ code: "FORBIDDEN", status: 403 });
    await expect(http.get("/b")).rejects.toMatchObject({ code: "HTTP_502", retryable: true });
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("gone")));
    await expect(http.get("/a")).rejects.toMatchObject({ code: "NETWORK", status: 0 });
  });
});

describe("a new key", () => {
  it("wants a name and a scope, then shows its secret once", async () => {
    answers["POST /v1/api-keys"] = () => json({ key: apiKey, secret: "cbk_secret", secretShown: true }, 201);
    const onClose = vi.fn();
    show(<CreateKey onClose={onClose} />);
    const person = userEvent.setup();
    for (const box of screen.getAllByRole<HTMLInputElement>("checkbox"))
      if (box.checked) await person.click(box);
    await person.click(screen.getByRole("button", { name: "Make the key" }));
    expect(screen.getByLabelText("Name").getAttribute("aria-invalid")).toBe("true");
    expect(screen.getByText("A key without a scope can do nothing")).toBeDefined();
    expect(asked).toEqual([]);
    await person.type(screen.getByLabelText("Name"), "Agent");
    await person.click(screen.getByLabelText(/^events:read/));
    await person.selectOptions(screen.getByLabelText("Expires"), "30 days");
    await person.click(screen.getByRole("button", { name: "Make the key" }));
    await screen.findByText("cbk_secret");
    const body = asked[0]?.body as { name: string; scopes: string[]; expiresAt: string };
    expect(body).toMatchObject({ name: "Agent", scopes: ["events:read"] });
    expect(Date.parse(body.expiresAt)).toBeGreaterThan(Date.now() + 29 * 86_400_000);
    await person.click(screen.getByRole("button", { name: "Done" }));
    expect(onClose).toHaveBeenCalled();
  });

  it("offers a key only what it may give", () => {
    queryClient.setQueryData(["me"], {
      principal: { kind: "key", roles: [], scopes: ["calls:read", "keys:manage"], tenantName: "acme" },
    });
    show(<CreateKey onClose={() => undefined} />);
    expect(screen.getAllByRole("checkbox")).toHaveLength(2);
  });

  it("says beside the field what the server will not take", async () => {
    answers["POST /v1/api-keys"] = () =>
      problem(400, "VALIDATION_FAILED", [{ pointer: "/name", reason: "is taken" }]);
    show(<CreateKey onClose={() => undefined} />);
    const person = userEvent.setup();
    await person.type(screen.getByLabelText("Name"), "Agent{Enter}");
    await screen.findByText("The key was not made");
    const name = screen.getByLabelText("Name");
    expect(document.getElementById(name.getAttribute("aria-describedby") ?? "")?.textContent).toBe(
      "is taken",
    );
  });
});

describe("a key that is there", () => {
  it("is rotated with an overlap", async () => {
    answers["POST /v1/api-keys/key_1/rotate"] = () =>
      json({ key: apiKey, secret: "cbk_new", secretShown: true });
    show(<RotateKey apiKey={apiKey} onClose={() => undefined} />);
    const person = userEvent.setup();
    await person.selectOptions(screen.getByLabelText("The old secret still works for"), "One hour");
    await person.click(screen.getByRole("button", { name: "Rotate the key" }));
    await screen.findByText("cbk_new");
    expect(asked[0]?.body).toEqual({ overlapSeconds: 3_600 });
  });

  it("is revoked only after the question, and a refusal stays in view", async () => {
    const onClose = vi.fn();
    answers["DELETE /v1/api-keys/key_1"] = () => problem(403, "SCOPE_EXCEEDED");
    show(<RevokeKey apiKey={apiKey} onClose={onClose} />);
    const person = userEvent.setup();
    expect(asked).toEqual([]);
    await person.click(screen.getByRole("button", { name: "Revoke the key" }));
    await screen.findByText("The key was not revoked");
    expect(onClose).not.toHaveBeenCalled();
    answers["DELETE /v1/api-keys/key_1"] = () => new Response(null, { status: 204 });
    await person.click(screen.getByRole("button", { name: "Revoke the key" }));
    await waitFor(() => expect(onClose).toHaveBeenCalled());
  });
});

describe("the connection test", () => {
  it("shows each step, where it failed and why, and which were not tried", async () => {
    answers["POST /v1/provider/test"] = () =>
      json({
        ok: false,
        steps: [
          { step: "configured", ok: true, detail: "LiveKit is at ws://lk", ms: 0 },
          { step: "connect", ok: false, detail: "Nothing listens there. Start it.", ms: 12 },
        ],
      });
    show(<LiveKitPage />);
    await userEvent.click(screen.getByRole("button", { name: "Test the connection" }));
    const steps = within(await screen.findByRole("list", { name: "Steps" })).getAllByRole("listitem");
    expect(steps.map((step) => step.textContent)).toEqual([
      "wellIts address and key are setLiveKit is at ws://lk0 ms",
      "failedIt answersNothing listens there. Start it.12 ms",
      "not triedIts clock agrees with ours",
      "not triedIt takes our key",
      "not triedIt makes and removes a room",
      "not triedIts deliveries arrive here",
    ]);
  });
});

describe("a new webhook endpoint", () => {
  it("wants a whole address and something to send, then shows its secret once", async () => {
    answers["GET /v1/schemas"] = () =>
      json({
        items: [
          { name: "call.started", family: "call", url: "" },
          { name: "call.ended", family: "call", url: "" },
          { name: "transcript.final", family: "transcript", url: "" },
        ],
      });
    answers["POST /v1/webhook-endpoints"] = () =>
      json({ endpoint: {}, secret: "whsec_1", secretShown: true }, 201);
    show(<EndpointDialog onClose={() => undefined} />);
    const person = userEvent.setup();
    await person.type(screen.getByLabelText("Address"), "example.com{Enter}");
    expect(screen.getByText("A whole address is needed, with https://")).toBeDefined();
    await person.clear(screen.getByLabelText("Address"));
    await person.type(screen.getByLabelText("Address"), "https://example.com/hook");
    const calls = within(await screen.findByRole("group", { name: "call" }));
    await person.click(calls.getByLabelText("call.started"));
    await person.click(screen.getByRole("button", { name: "Make the endpoint" }));
    await screen.findByText("whsec_1");
    expect(asked.find(({ method }) => method === "POST")?.body).toMatchObject({
      url: "https://example.com/hook",
      eventTypes: ["transcript.final", "call.ended"],
    });
  });
});

describe("a list", () => {
  const items = Array.from({ length: 400 }, (_, n) => ({ id: `row-${n}` }));
  beforeEach(() => {
    vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(360);
    vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockReturnValue(900);
    vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(360);
    vi.stubGlobal("requestAnimationFrame", (run: () => void) => setTimeout(run, 0));
    HTMLElement.prototype.scrollTo ??= () => undefined;
  });

  it("draws what is seen, is one stop for Tab, and is walked by the arrow keys", async () => {
    const onWalk = vi.fn();
    show(
      <>
        <DataTable
          label="Rows"
          columns={[
            {
              head: "Name",
              width: "1fr",
              narrow: true,
              cell: ({ id }, reach) => <button {...reach}>{id}</button>,
            },
          ]}
          items={items}
          keyOf={({ id }) => id}
          selected="row-0"
          onWalk={onWalk}
        />
        <button>after</button>
      </>,
    );
    const person = userEvent.setup();
    const table = screen.getByRole("table", { name: "Rows" });
    expect(within(table).getAllByRole("row").length).toBeLessThan(60);
    expect(table.getAttribute("aria-rowcount")).toBe("401");
    await person.tab();
    expect(document.activeElement?.textContent).toBe("row-0");
    await person.keyboard("{ArrowDown}");
    await waitFor(() => expect(document.activeElement?.textContent).toBe("row-1"));
    expect(onWalk).toHaveBeenLastCalledWith({ id: "row-1" });
    await person.tab();
    expect(document.activeElement?.textContent).toBe("after");
  });
});
