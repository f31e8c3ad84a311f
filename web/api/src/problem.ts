import type { Problem } from "./wire.ts";

/** A refusal of the API, or the network's failure to reach it (`status` 0, code `NETWORK`). */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: { cause?: unknown }) {
    super(problem.detail || problem.title, options);
    this.name = "ApiError";
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): string {
    return this.problem.code;
  }

  /** True when the same request may well succeed a little later. */
  get retryable(): boolean {
    return this.problem.retryable;
  }
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === "object" && value !== null && "code" in value && "status" in value;

/** The problem an answer carries; an answer of another shape (a proxy's page, say) becomes one. */
export function problemFrom(response: Response, body: unknown): ApiError {
  if (isProblem(body)) return new ApiError(body);
  return new ApiError({
    type: "about:blank",
    title: response.statusText || `HTTP ${response.status}`,
    status: response.status,
    detail: `The server answered ${response.status} without saying why.`,
    code: `HTTP_${response.status}`,
    retryable: response.status >= 500 || response.status === 429,
    traceId: response.headers.get("x-trace-id") ?? "",
  });
}

/** What a request becomes that never reached the server. */
export function networkProblem(cause: unknown): ApiError {
  return new ApiError(
    {
      type: "about:blank",
      title: "No connection",
      status: 0,
      detail: "Callboard could not be reached. Check the network, then try again.",
      code: "NETWORK",
      retryable: true,
      traceId: "",
    },
    { cause },
  );
}

/** Any thrown value as an ApiError, so that a page has one shape to show. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : networkProblem(error);
}
