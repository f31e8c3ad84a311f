/**
 * A simulated call has no sound: this takes the person's place in it, at the simulated media
 * server, so that the others see them come, lose the connection, return and go.
 */
import type { Transport } from "@callboard/api";
import type { Media, MediaListener, MediaOptions } from "./media.ts";

type Post = (url: string, body: object) => Promise<Response>;

const post: Post = (url, body) =>
  fetch(url, {
    method: "POST",
    credentials: "omit",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    keepalive: true,
  });

export class SimulatedMedia implements Media {
  readonly #listener: MediaListener;
  readonly #post: Post;
  #place: { door: string; identity: string; connectionToken: string } | undefined;
  #pings: ReturnType<typeof setInterval> | undefined;
  #on = false;
  #cut = false;
  readonly isPlaybackBlocked = false;

  constructor(listener: MediaListener, send: Post = post) {
    this.#listener = listener;
    this.#post = send;
  }

  async connect(transport: Transport, { microphone }: MediaOptions): Promise<void> {
    await this.disconnect();
    const door = transport.wsUrl;
    const answer = await this.#post(`${door}/connect`, { accessToken: transport.accessToken });
    if (!answer.ok) throw new Error(`The simulated call did not let us in: ${answer.status}`);
    const { connectionToken, pingEveryMs } = (await answer.json()) as {
      connectionToken: string;
      pingEveryMs: number;
    };
    this.#place = { door, identity: transport.participantIdentity, connectionToken };
    this.#cut = false;
    this.#pings = setInterval(() => void this.#ping(connectionToken), pingEveryMs);
    if (microphone) await this.setMicrophone(true);
  }

  /** Nobody hears it; the others see that it is on. */
  async setMicrophone(on: boolean): Promise<void> {
    if (on) await this.#tell("publish").catch(() => undefined);
    this.#on = on;
    this.#listener.onChange();
  }

  startAudio(): Promise<void> {
    return Promise.resolve();
  }

  async disconnect(): Promise<void> {
    clearInterval(this.#pings);
    if (this.#place) await this.#tell("disconnect").catch(() => undefined);
    this.#place = undefined;
    this.#on = false;
  }

  level(): number {
    return 0;
  }

  isMicrophoneOn(identity: string): boolean | undefined {
    return identity === this.#place?.identity ? this.#on : undefined;
  }

  async #tell(what: string): Promise<Response | undefined> {
    const place = this.#place;
    if (!place) return undefined;
    return this.#post(`${place.door}/${what}`, { connectionToken: place.connectionToken });
  }

  async #ping(connectionToken: string): Promise<void> {
    const answer = await this.#tell("ping").catch(() => undefined);
    if (this.#place?.connectionToken !== connectionToken) return;
    if (answer?.status === 404) {
      clearInterval(this.#pings);
      this.#place = undefined;
      this.#listener.onGone("lost");
    } else if (!answer && !this.#cut) {
      this.#cut = true;
      this.#listener.onReconnecting("signal");
    } else if (answer && this.#cut) {
      this.#cut = false;
      this.#listener.onReconnected();
    }
  }
}
