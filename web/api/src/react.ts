/** React hooks over the core. Wrap what uses them in `LiveProvider`. */
import {
  createContext,
  createElement,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import type { LiveSocket, SocketStatus } from "./socket.ts";
import { emptyCall } from "./state/reduce.ts";
import { followCall, type CallStore, type CallStoreOptions, type FollowedCall } from "./store.ts";

const Live = createContext<LiveSocket | null>(null);

/** Gives the tab's one socket to the hooks below it. */
export function LiveProvider(props: { socket: LiveSocket; children?: ReactNode }) {
  return createElement(Live.Provider, { value: props.socket }, props.children);
}

/** The tab's socket. */
export function useLiveSocket(): LiveSocket {
  const socket = useContext(Live);
  if (!socket) throw new Error("no LiveProvider above this component");
  return socket;
}

/** The state of the connection itself. */
export function useSocketStatus(): SocketStatus {
  const socket = useLiveSocket();
  return useSyncExternalStore(
    (listener) => socket.onStatus(listener),
    () => socket.status,
  );
}

const nothing = () => () => undefined;

/** Follows a call for as long as the component is there: its state, live, from its first event. */
export function useSession(sessionId: string, options?: Pick<CallStoreOptions, "sparse">): FollowedCall {
  const socket = useLiveSocket();
  const sparse = options?.sparse ?? false;
  const [store, setStore] = useState<CallStore>();
  const [unknown, setUnknown] = useState<FollowedCall>(() => ({
    call: emptyCall(sessionId),
    caughtUp: false,
  }));
  useEffect(() => {
    const followed = followCall(socket, sessionId, { sparse });
    setUnknown({ call: emptyCall(sessionId), caughtUp: false });
    setStore(followed);
    return () => followed.close();
  }, [socket, sessionId, sparse]);
  const current = store?.get().call.sessionId === sessionId ? store : undefined;
  return useSyncExternalStore(current?.listen ?? nothing, () => current?.get() ?? unknown);
}
