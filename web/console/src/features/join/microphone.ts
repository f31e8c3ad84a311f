/** The microphone before the call: permission, choice, level; and words for what can go wrong. */
import { useEffect, useRef, useState } from "react";

export interface MicrophoneCheck {
  state: "asking" | "ready" | "refused";
  advice?: string;
  devices: readonly MediaDeviceInfo[];
  deviceId: string | undefined;
  choose: (deviceId: string) => void;
  /** Asks again after a refusal. */
  again: () => void;
  level: () => number;
}

const ADVICE: Readonly<Record<string, string>> = {
  NotAllowedError: "The browser may not use the microphone. Allow it beside the address, then check again.",
  NotFoundError: "No microphone was found. Plug one in, then check again.",
  NotReadableError: "Another program holds the microphone. Close it, then check again.",
  OverconstrainedError: "The chosen microphone is gone. Choose another.",
};

/** What to do about a microphone that does not work. */
export function microphoneAdvice(error: unknown): string {
  if (!window.isSecureContext) {
    return "Browsers give the microphone to https pages only. Open this page by https, or on the machine itself by localhost.";
  }
  const name = error instanceof Error ? error.name : "";
  return ADVICE[name] ?? "The microphone could not be used. Check again, or join without it.";
}

interface Listening {
  stream: MediaStream;
  level: () => number;
  stop: () => void;
}

async function listen(deviceId: string | undefined): Promise<Listening> {
  const audio = deviceId ? { deviceId: { exact: deviceId } } : true;
  const stream = await navigator.mediaDevices.getUserMedia({ audio });
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(stream).connect(analyser);
  const wave = new Uint8Array(analyser.fftSize);
  return {
    stream,
    level: () => {
      // Browsers hold the context until the first press on the page.
      if (context.state === "suspended") void context.resume();
      analyser.getByteTimeDomainData(wave);
      let sum = 0;
      for (const sample of wave) sum += ((sample - 128) / 128) ** 2;
      return Math.min(1, Math.sqrt(sum / wave.length) * 3);
    },
    stop: () => {
      for (const track of stream.getTracks()) track.stop();
      void context.close();
    },
  };
}

const silent = () => 0;

export function useMicrophone(): MicrophoneCheck {
  const [wanted, setWanted] = useState<string>();
  const [round, setRound] = useState(0);
  const [shown, setShown] = useState<Pick<MicrophoneCheck, "state" | "advice">>({ state: "asking" });
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  const [used, setUsed] = useState<string>();
  const level = useRef<() => number>(silent);
  const read = useRef(() => level.current());
  useEffect(() => {
    let listening: Listening | undefined;
    let over = false;
    const start = async () => {
      if (!window.isSecureContext) throw new Error("insecure");
      listening = await listen(wanted);
      if (over) return listening.stop();
      level.current = listening.level;
      setUsed(listening.stream.getAudioTracks()[0]?.getSettings().deviceId);
      setShown({ state: "ready" });
      const all = await navigator.mediaDevices.enumerateDevices();
      if (!over) setDevices(all.filter((device) => device.kind === "audioinput" && device.deviceId !== ""));
    };
    start().catch((error: unknown) => {
      if (!over) setShown({ state: "refused", advice: microphoneAdvice(error) });
    });
    return () => {
      over = true;
      level.current = silent;
      listening?.stop();
    };
  }, [wanted, round]);
  return {
    ...shown,
    devices,
    deviceId: wanted ?? used,
    choose: setWanted,
    again: () => {
      setShown({ state: "asking" });
      setRound((last) => last + 1);
    },
    level: read.current,
  };
}
