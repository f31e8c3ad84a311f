/** The media of whichever server a transport leads to: LiveKit's, or the simulated one. */
import type { Transport } from "@callboard/api";
import { LiveKitMedia, type Media, type MediaListener, type MediaOptions } from "./media.ts";
import { SimulatedMedia } from "./simulated.ts";

export class AnyMedia implements Media {
  readonly #livekit: Media;
  readonly #simulated: Media;
  #chosen: Media;

  constructor(listener: MediaListener) {
    this.#livekit = new LiveKitMedia(listener);
    this.#simulated = new SimulatedMedia(listener);
    this.#chosen = this.#livekit;
  }

  connect(transport: Transport, options: MediaOptions): Promise<void> {
    this.#chosen = transport.provider === "simulated" ? this.#simulated : this.#livekit;
    return this.#chosen.connect(transport, options);
  }

  setMicrophone = (on: boolean): Promise<void> => this.#chosen.setMicrophone(on);
  startAudio = (): Promise<void> => this.#chosen.startAudio();
  disconnect = (): Promise<void> => this.#chosen.disconnect();
  level = (identity: string): number => this.#chosen.level(identity);
  isMicrophoneOn = (identity: string): boolean | undefined => this.#chosen.isMicrophoneOn(identity);

  get isPlaybackBlocked(): boolean {
    return this.#chosen.isPlaybackBlocked;
  }
}
