import { asApiError } from "@callboard/api";
import type { Readiness } from "../../core/wire.ts";

/** Readiness with its reasons; an installation that is not ready says so with a 503 and the same body. */
export async function readReadiness(): Promise<Readiness> {
  try {
    const answer = await fetch("/health/ready", { credentials: "same-origin" });
    return (await answer.json()) as Readiness;
  } catch (cause) {
    throw asApiError(cause);
  }
}
