import { asApiError, type JoinLink } from "@callboard/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../../core/client.ts";
import { say } from "../../ui/toast.tsx";

/** People that may use the link shown after the start, the starter included. */
const SEATS = 10;

/** Creates a call and a link to join it, then opens its page with the link in view. */
export function useStartCall({ toastRefusal = false } = {}) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const session = await api.createSession({ channel: "voice" });
      queries.setQueryData(["call", session.sessionId], session);
      const link = await api.createJoinLink(session.sessionId, { maxUses: SEATS }).catch((error: unknown) => {
        say(`No link was made: ${asApiError(error).message}`);
        return undefined;
      });
      return { session, link };
    },
    onError: (error) => {
      if (toastRefusal) say(`The call was not started: ${asApiError(error).message}`);
    },
    onSuccess: ({ session, link }) => {
      void queries.invalidateQueries({ queryKey: ["calls"] });
      void navigate({
        to: "/calls/$sessionId",
        params: { sessionId: session.sessionId },
        state: link ? { joinLink: shown(link) } : {},
      });
    },
  });
}

const shown = ({ joinUrl, expiresAt, maxUses }: JoinLink) => ({ joinUrl, expiresAt, maxUses });
