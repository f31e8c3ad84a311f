import type { Session } from "@callboard/api";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../core/client.ts";

/** One word with a digit or a sign in it: asking for what cannot be an id would only fail. */
const CAN_BE_ID = /^(?=.*[\d_-])[\w.:-]{3,128}$/;

/** The call whose whole id the text is, unless it is among those already found. */
export function useNamedCall(text: string | undefined, found: readonly Session[]): Session | undefined {
  const id = text?.trim() ?? "";
  const known = found.some((call) => call.sessionId === id);
  const named = useQuery({
    queryKey: ["call", id],
    queryFn: () => api.session(id),
    enabled: !known && CAN_BE_ID.test(id),
    retry: false,
  });
  return known || !CAN_BE_ID.test(id) ? undefined : named.data;
}
