import { LiveSocket, socketUrl } from "@callboard/api";
import { LiveProvider } from "@callboard/api/react";
import { useEffect, useState, type ReactNode } from "react";
import { meQuery, queryClient } from "./client.ts";
import { readServerClock } from "./clock.ts";

/** The tab's one WebSocket, open for as long as someone is signed in. */
export function Live({ children }: { children: ReactNode }) {
  const [socket, setSocket] = useState<LiveSocket>();
  useEffect(() => {
    const made = new LiveSocket({ url: () => socketUrl(location.origin), onClock: readServerClock });
    const wake = () => {
      if (document.visibilityState === "visible") made.wake();
    };
    let cut = false;
    made.onStatus((status) => {
      if (status === "refused") void queryClient.invalidateQueries(meQuery);
      // What was not heard, or not read, while the server was away is read now.
      if (status === "open" && cut) void queryClient.invalidateQueries();
      cut = status === "waiting" || (cut && status === "connecting");
    });
    addEventListener("online", wake);
    document.addEventListener("visibilitychange", wake);
    made.open();
    setSocket(made);
    return () => {
      removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", wake);
      made.stop();
    };
  }, []);
  return socket ? <LiveProvider socket={socket}>{children}</LiveProvider> : null;
}
