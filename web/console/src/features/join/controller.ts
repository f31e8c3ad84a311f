/**
 * One person's way through a call: join, follow, speak, type, be cut off, return, leave. Holds the
 * state that the page renders; what the call is comes from its events alone.
 */
import {
  asApiError,
  backoffMs,
  callFromSession,
  createCallboard,
  followCall,
  isOver,
  LiveSocket,
  newId,
  socketUrl,
  type Callboard,
  type CallStore,
  type Joined,
  type Transport,
} from "@callboard/api";
import { readServerClock, serverNow } from "../../core/clock.ts";
import { AnyMedia } from "./any-media.ts";
import type { Loss, Media, MediaListener } from "./media.ts";
import { microphoneAdvice } from "./microphone.ts";
import { before, type JoinState } from "./model.ts";
import { Outbox } from "./outbox.ts";
import { attemptKey, endAttempt, readSeat, writeSeat, type Seat } from "./record.ts";
import { recover } from "./recover.ts";
import { CutReports } from "./reports.ts";

export interface JoinOptions {
  linkToken: string;
  makeMedia?: (listener: MediaListener) => Media;
}

export interface Wishes {
  displayName?: string;
  microphone: boolean;
  deviceId?: string;
}

const LEAVE_WAIT_MS = 3_000;
const ACK_EVERY_MS = 5_000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class JoinController {
  readonly media: Media;
  readonly #linkToken: string;
  readonly #listeners = new Set<() => void>();
  readonly #open = createCallboard({ withoutCookies: true });
  readonly #api: Callboard;
  #state: JoinState = before;
  #seat: Seat | undefined;
  #socket: LiveSocket | undefined;
  #call: CallStore | undefined;
  #outbox: Outbox | undefined;
  #reports: CutReports | undefined;
  #recovering = false;
  #acked = 0;
  /** Failed connections in a row; each makes the wait before the next longer. */
  #failures = 0;
  #wake: (() => void) | undefined;

  constructor({ linkToken, makeMedia = (listener) => new AnyMedia(listener) }: JoinOptions) {
    this.#linkToken = linkToken;
    this.#api = createCallboard({ bearer: () => this.#seat?.pass });
    this.media = makeMedia({
      onReconnecting: (kind) => this.#cut(kind),
      onReconnected: () => this.#healed(),
      onGone: (loss) => this.#gone(loss),
      onChange: () => this.#mediaChanged(),
    });
    addEventListener("online", this.#onOnline);
    const seat = readSeat(linkToken);
    if (seat) this.#resume(seat);
  }

  get = (): JoinState => this.#state;

  listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Exchanges the link for a seat in the call and takes it. */
  async join({ displayName, microphone, deviceId }: Wishes): Promise<void> {
    this.#set({ step: "joining", refusal: undefined });
    const name = displayName?.trim() ?? "";
    const key = attemptKey(this.#linkToken, name, () => newId("join"));
    try {
      const joined = await this.#open.join(
        { token: this.#linkToken, ...(name ? { displayName: name } : {}) },
        key,
      );
      endAttempt();
      readServerClock(Date.parse(joined.serverTime));
      this.#take(seatOf(joined, this.#linkToken, microphone, deviceId));
      if (joined.transport) await this.#connect(joined.transport);
    } catch (error) {
      const refusal = asApiError(error);
      if (!refusal.retryable) endAttempt();
      this.#set({ step: "check", refusal });
    }
  }

  async setMicrophone(on: boolean): Promise<void> {
    try {
      await this.media.setMicrophone(on);
      this.#set({ microphoneProblem: undefined });
    } catch (error) {
      this.#set({ microphoneProblem: microphoneAdvice(error) });
    }
    this.#mediaChanged();
  }

  async startAudio(): Promise<void> {
    await this.media.startAudio();
    this.#mediaChanged();
  }

  say(text: string): void {
    this.#outbox?.send(text);
  }

  sayAgain(utteranceId: string): void {
    this.#outbox?.retry(utteranceId);
  }

  /** Callboard is told first: a disconnect alone would look like a lost connection. */
  async leave(): Promise<void> {
    const seat = this.#seat;
    if (!seat || this.#state.leaving) return;
    this.#set({ leaving: true });
    this.#keep({ left: true });
    await Promise.race([this.#api.leave(seat.sessionId).catch(() => undefined), wait(LEAVE_WAIT_MS)]);
    await this.media.disconnect();
    this.#set({ leaving: false, verdict: "left", media: "none" });
  }

  /** Takes the call back from another tab. */
  useHere(): void {
    this.#set({ verdict: undefined });
    void this.#recover();
  }

  close(): void {
    removeEventListener("online", this.#onOnline);
    this.#call?.close();
    this.#socket?.stop();
    void this.media.disconnect();
  }

  readonly #onOnline = (): void => {
    this.#socket?.wake();
    this.#wake?.();
  };

  #set(change: Partial<JoinState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }

  #keep(change: Partial<Seat>): void {
    if (!this.#seat) return;
    this.#seat = { ...this.#seat, ...change };
    writeSeat(this.#seat);
  }

  #resume(seat: Seat): void {
    this.#take(seat);
    if (seat.left) this.#set({ verdict: "left", media: "none" });
    else void this.#recover();
  }

  #take(seat: Seat): void {
    this.#seat = seat;
    writeSeat(seat);
    const title = seat.session.metadata["title"];
    this.#set({
      step: "in",
      participantId: seat.participantId,
      title: typeof title === "string" ? title : undefined,
      simulated: seat.session.provider === "simulated",
      media: seat.unavailable ? "none" : "connecting",
      unavailable: seat.unavailable,
    });
    this.#follow(seat);
  }

  #follow(seat: Seat): void {
    const socket = new LiveSocket({
      url: () => socketUrl(location.origin),
      pass: () => this.#seat?.pass,
      onClock: readServerClock,
    });
    this.#socket = socket;
    socket.onStatus((status) => this.#socketChanged(status));
    const start = callFromSession(seat.session, seat.firstSequence);
    const call = followCall(socket, seat.sessionId, { start, sparse: true });
    this.#call = call;
    this.#reports = new CutReports(this.#api, seat);
    this.#outbox = new Outbox({
      api: this.#api,
      sessionId: seat.sessionId,
      participantId: seat.participantId,
      now: serverNow,
      zero: () => call.get().call.connectedAt,
      onChange: (pending) => this.#set({ pending }),
    });
    call.listen(() => this.#callChanged());
    this.#set({ call: start });
  }

  #callChanged(): void {
    const call = this.#call?.get().call;
    if (!call) return;
    this.#set({ call });
    this.#outbox?.settle((id) => call.utterances.has(id));
    if (isOver(call)) void this.media.disconnect();
    const seat = this.#seat;
    if (seat && Date.now() - this.#acked > ACK_EVERY_MS && call.latestSequence > 0) {
      this.#acked = Date.now();
      this.#socket?.ack(seat.sessionId, seat.consumerId, call.latestSequence);
    }
  }

  /** Without media the socket is the connection, and its cuts are the page's own. */
  #socketChanged(socket: JoinState["socket"]): void {
    const textOnly = this.#state.media === "none" && this.#state.step === "in";
    if (textOnly && socket === "waiting" && this.#state.lostAt === undefined) {
      this.#reports?.lost("signal", serverNow());
      this.#set({ socket, lostAt: serverNow() });
      return;
    }
    this.#set({ socket });
    if (textOnly && socket === "open" && this.#state.lostAt !== undefined) {
      this.#set({ lostAt: undefined });
      void this.#reports?.back(serverNow());
    }
    if (socket === "refused" && this.#state.media !== "connected") this.#set({ verdict: "removed" });
  }

  #cut(kind: "signal" | "media"): void {
    this.#reports?.lost(kind, serverNow());
    this.#set({ media: "reconnecting", lostAt: this.#state.lostAt ?? serverNow() });
  }

  #healed(): void {
    this.#failures = 0;
    this.#set({ media: "connected", lostAt: undefined });
    this.#mediaChanged();
    void this.#reports?.back(serverNow());
  }

  #gone(loss: Loss): void {
    if (this.#state.leaving || this.#finished()) return;
    if (loss === "elsewhere" || loss === "removed") {
      this.#set({ verdict: loss, media: "none" });
      return;
    }
    if (loss === "lost") this.#reports?.lost("media", serverNow());
    this.#set({ media: "lost", lostAt: this.#state.lostAt ?? serverNow() });
    void this.#recover();
  }

  #finished(): boolean {
    const { call, verdict } = this.#state;
    return verdict !== undefined || (call !== undefined && isOver(call));
  }

  async #connect(transport: Transport): Promise<void> {
    const seat = this.#seat;
    if (!seat) return;
    if (this.#state.media !== "lost") this.#set({ media: "connecting" });
    try {
      await this.media.connect(transport, { microphone: seat.withMicrophone, deviceId: seat.deviceId });
    } catch {
      if (this.#finished()) return;
      this.#failures += 1;
      this.#set({ media: "lost", lostAt: this.#state.lostAt ?? serverNow() });
      void this.#recover();
      return;
    }
    if (this.#finished()) void this.media.disconnect();
    else this.#healed();
  }

  async #recover(): Promise<void> {
    if (this.#recovering || !this.#seat) return;
    this.#recovering = true;
    let transport: Transport | undefined;
    try {
      transport = await this.#wayBack();
    } finally {
      this.#recovering = false;
    }
    if (transport) await this.#connect(transport);
  }

  async #wayBack(): Promise<Transport | undefined> {
    if (this.#state.lostAt !== undefined) await this.#pause(backoffMs(this.#failures));
    const recovery = await recover({
      api: this.#api,
      seat: () => this.#seat!,
      lastSequence: () => this.#call?.get().call.latestSequence ?? 0,
      cancelled: () => this.#finished() || this.#state.leaving === true,
      wait: (ms) => this.#pause(ms),
    });
    if (recovery.kind === "expired" || recovery.kind === "removed")
      this.#set({ verdict: recovery.kind, media: "none" });
    if (recovery.kind === "over") await this.#readEnd();
    if (recovery.kind !== "back") return undefined;
    const { answer } = recovery;
    readServerClock(Date.parse(answer.serverTime));
    this.#keep({ resumeToken: answer.resumeToken });
    if (!answer.transport) this.#set({ media: "none", lostAt: undefined });
    return answer.transport;
  }

  /** Waits, or less when the network is said to be back. */
  #pause(ms: number): Promise<void> {
    return Promise.race([wait(ms), new Promise<void>((resolve) => (this.#wake = resolve))]);
  }

  /** The call is over: its last events say how, or, where the pass reads them no more, the session. */
  async #readEnd(): Promise<void> {
    const seat = this.#seat;
    const call = this.#state.call;
    if (!seat || !call) return;
    this.#set({ media: "none", lostAt: undefined });
    try {
      const session = await this.#api.session(seat.sessionId);
      const { status, connection, overAt, endReason, failure } = callFromSession(session, 0);
      if (!isOver(this.#state.call ?? call))
        this.#set({ call: { ...call, status, connection, overAt, endReason, failure } });
    } catch {
      this.#set({ verdict: "expired" });
    }
  }

  #mediaChanged(): void {
    const me = this.#state.call?.participants.get(this.#state.participantId ?? "");
    const microphone = me ? this.media.isMicrophoneOn(me.identity) === true : false;
    const playbackBlocked = this.media.isPlaybackBlocked;
    this.#set({ microphone, playbackBlocked, beat: this.#state.beat + 1 });
  }
}

function seatOf(
  joined: Joined,
  linkToken: string,
  withMicrophone: boolean,
  deviceId: string | undefined,
): Seat {
  const unavailable =
    joined.transportUnavailable ??
    (joined.transport ? undefined : { code: "LIVEKIT_UNAVAILABLE", message: "No media server is set." });
  return {
    linkToken,
    sessionId: joined.session.sessionId,
    participantId: joined.participantId,
    pass: joined.pass,
    resumeToken: joined.resumeToken,
    consumerId: newId("page"),
    firstSequence: joined.firstSequence,
    session: joined.session,
    withMicrophone,
    ...(deviceId ? { deviceId } : {}),
    ...(unavailable ? { unavailable } : {}),
  };
}
