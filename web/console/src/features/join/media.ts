/**
 * The sound of the call, over LiveKit's client, which is loaded only when it is needed. Knows
 * nothing of Callboard: it is told a transport and tells what becomes of the connection.
 */
import type { Transport } from "@callboard/api";
import type { DisconnectReason, RemoteTrack, Room } from "livekit-client";

export type Loss = "lost" | "removed" | "closed" | "elsewhere";

export interface MediaListener {
  onReconnecting: (kind: "signal" | "media") => void;
  onReconnected: () => void;
  /** The client has given up. */
  onGone: (loss: Loss) => void;
  /** Something that the page shows has changed: microphones, playback. */
  onChange: () => void;
}

export interface MediaOptions {
  microphone: boolean;
  deviceId?: string | undefined;
}

/** What the controller needs of the media; tests give their own. */
export interface Media {
  connect(transport: Transport, options: MediaOptions): Promise<void>;
  setMicrophone(on: boolean): Promise<void>;
  startAudio(): Promise<void>;
  disconnect(): Promise<void>;
  level(identity: string): number;
  isMicrophoneOn(identity: string): boolean | undefined;
  readonly isPlaybackBlocked: boolean;
}

type Client = typeof import("livekit-client");

const load = async (): Promise<Client> => {
  const client = await import("livekit-client");
  // Its notes of every step are for its own makers.
  client.setLogLevel("warn");
  return client;
};

/** Fetches the client ahead of its use. */
export const preloadMedia = (): void => void load().catch(() => undefined);

export class LiveKitMedia implements Media {
  readonly #listener: MediaListener;
  #room: Room | undefined;
  #sounds = new Map<string, HTMLMediaElement>();

  constructor(listener: MediaListener) {
    this.#listener = listener;
  }

  async connect(transport: Transport, { microphone, deviceId }: MediaOptions): Promise<void> {
    await this.disconnect();
    const client = await load();
    const room = new client.Room({
      audioCaptureDefaults: {
        ...(deviceId ? { deviceId } : {}),
        echoCancellation: true,
        noiseSuppression: true,
      },
    });
    this.#room = room;
    this.#listen(room, client);
    try {
      await room.connect(transport.wsUrl, transport.accessToken);
    } catch (error) {
      if (this.#room === room) this.#room = undefined;
      room.removeAllListeners();
      throw error;
    }
    // The call goes on without a microphone: one may always listen and type.
    if (microphone) await this.setMicrophone(true).catch(() => this.#listener.onChange());
  }

  async setMicrophone(on: boolean): Promise<void> {
    await this.#room?.localParticipant.setMicrophoneEnabled(on);
    this.#listener.onChange();
  }

  async startAudio(): Promise<void> {
    await this.#room?.startAudio();
  }

  async disconnect(): Promise<void> {
    const room = this.#room;
    this.#room = undefined;
    room?.removeAllListeners();
    for (const sound of this.#sounds.values()) sound.remove();
    this.#sounds.clear();
    await room?.disconnect();
  }

  level(identity: string): number {
    return this.#person(identity)?.audioLevel ?? 0;
  }

  isMicrophoneOn(identity: string): boolean | undefined {
    return this.#person(identity)?.isMicrophoneEnabled;
  }

  get isPlaybackBlocked(): boolean {
    return this.#room !== undefined && !this.#room.canPlaybackAudio;
  }

  #person(identity: string) {
    const room = this.#room;
    if (room?.localParticipant.identity === identity) return room.localParticipant;
    return room?.remoteParticipants.get(identity);
  }

  #listen(room: Room, client: Client): void {
    const { RoomEvent } = client;
    const { onChange, onReconnecting, onReconnected, onGone } = this.#listener;
    room
      .on(RoomEvent.SignalReconnecting, () => onReconnecting("signal"))
      .on(RoomEvent.Reconnecting, () => onReconnecting("media"))
      .on(RoomEvent.Reconnected, () => onReconnected())
      .on(RoomEvent.TrackSubscribed, (track) => this.#play(track, client))
      .on(RoomEvent.TrackUnsubscribed, (track) => this.#silence(track))
      .on(RoomEvent.AudioPlaybackStatusChanged, onChange)
      .on(RoomEvent.TrackMuted, onChange)
      .on(RoomEvent.TrackUnmuted, onChange)
      .on(RoomEvent.ParticipantConnected, onChange)
      .on(RoomEvent.ParticipantDisconnected, onChange)
      .on(RoomEvent.LocalTrackPublished, onChange)
      .on(RoomEvent.LocalTrackUnpublished, onChange)
      .on(RoomEvent.Disconnected, (reason) => {
        // The client leaves by itself only when the page is unloaded.
        if (this.#room !== room || reason === client.DisconnectReason.CLIENT_INITIATED) return;
        void this.disconnect();
        onGone(lossOf(reason, client));
      });
  }

  #play(track: RemoteTrack, client: Client): void {
    if (track.kind !== client.Track.Kind.Audio || track.sid === undefined) return;
    const sound = track.attach();
    sound.hidden = true;
    document.body.append(sound);
    this.#sounds.set(track.sid, sound);
    this.#listener.onChange();
  }

  #silence(track: RemoteTrack): void {
    for (const sound of track.detach()) sound.remove();
    // After a rejoin the client has let go of the element before it tells.
    const kept = [...this.#sounds].filter(([sid, sound]) => sid === track.sid || !sound.srcObject);
    for (const [sid, sound] of kept) {
      sound.remove();
      this.#sounds.delete(sid);
    }
    this.#listener.onChange();
  }
}

function lossOf(reason: DisconnectReason | undefined, { DisconnectReason: Reason }: Client): Loss {
  if (reason === Reason.DUPLICATE_IDENTITY) return "elsewhere";
  if (reason === Reason.PARTICIPANT_REMOVED) return "removed";
  return reason === Reason.ROOM_DELETED ? "closed" : "lost";
}
