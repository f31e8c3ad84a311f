/**
 * A call followed live, as a store that any framework can read: `get` gives the present state,
 * `listen` tells of changes. Events of one animation frame are applied together.
 */
import type { LiveSocket } from "./socket.ts";
import type { SessionTopic, Subscription } from "./subscription.ts";
import type { CallState } from "./state/model.ts";
import { applyEvents, emptyCall } from "./state/reduce.ts";
import type { CallEvent, Problem } from "./wire.ts";

export interface FollowedCall {
  call: CallState;
  /** False until the log's end was reached once; then it stays true. */
  caughtUp: boolean;
  refused?: Problem;
}

export interface CallStore {
  get: () => FollowedCall;
  listen: (listener: () => void) => () => void;
  close: () => void;
}

export interface CallStoreOptions {
  /** Where to start; default: an empty call read from its first event. */
  start?: CallState;
  /** The reader may not see every event, so missing sequences are no gap. */
  sparse?: boolean;
  /** When to apply what came in; default: with the next animation frame. */
  schedule?: (apply: () => void) => void;
}

const nextFrame = (apply: () => void): void => {
  if (typeof requestAnimationFrame === "function" && document.visibilityState === "visible") {
    requestAnimationFrame(apply);
  } else setTimeout(apply, 0);
};

export function followCall(socket: LiveSocket, sessionId: string, options: CallStoreOptions = {}): CallStore {
  const start = options.start ?? emptyCall(sessionId);
  const schedule = options.schedule ?? nextFrame;
  const listeners = new Set<() => void>();
  let state: FollowedCall = { call: start, caughtUp: false };
  let waiting: CallEvent[] = [];
  let target: number | undefined;

  const set = (next: FollowedCall) => {
    if (next === state) return;
    state = next;
    for (const listener of [...listeners]) listener();
  };
  const apply = () => {
    const events = waiting;
    waiting = [];
    const call = applyEvents(state.call, events);
    const caughtUp =
      state.caughtUp || (target !== undefined && (options.sparse || call.latestSequence >= target));
    if (call !== state.call || caughtUp !== state.caughtUp) set({ ...state, call, caughtUp });
  };
  const topic: SessionTopic = { sessionId, afterSequence: start.latestSequence };
  if (options.sparse) topic.sparse = true;
  const subscription: Subscription = socket.subscribe(topic, {
    onEvents: (events) => {
      if (waiting.length === 0) schedule(apply);
      waiting.push(...events);
    },
    onSubscribed: (latest) => {
      target ??= latest;
      schedule(apply);
    },
    onRefused: (refused) => set({ ...state, refused }),
  });
  return {
    get: () => state,
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => subscription.close(),
  };
}
