import { asApiError, isOver, type CallState, type Session } from "@callboard/api";
import { useSession } from "@callboard/api/react";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api } from "../../core/client.ts";

/** A call: what was set when it was made (read), and what happens in it (followed). */
export function useCall(sessionId: string) {
  const followed = useSession(sessionId);
  const { status } = followed.call;
  const read = useQuery({
    queryKey: ["call", sessionId],
    queryFn: () => api.session(sessionId),
    refetchInterval: (query) => (query.state.data && isOver(query.state.data) ? false : 30_000),
  });
  const { refetch } = read;
  useEffect(() => {
    if (status !== "created") void refetch();
  }, [status, refetch]);
  return { ...followed, read, error: read.error ? asApiError(read.error) : undefined };
}

/** The state to show: the log's, and the session's as long as the log is still being read. */
export function present(
  call: CallState,
  caughtUp: boolean,
  session: Session,
): Pick<Session, "status" | "connection"> {
  return caughtUp || isOver(call) ? call : session;
}
