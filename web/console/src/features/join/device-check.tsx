import type { ApiError } from "@callboard/api";
import { Mic, MicOff } from "lucide-react";
import { useEffect, useState, type FormEvent } from "react";
import { Button } from "../../ui/button.tsx";
import { Level } from "../../ui/level.tsx";
import { Logo } from "../../ui/marks.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { Empty } from "../../ui/states.tsx";
import { ThemeSwitch } from "../../ui/theme.tsx";
import type { Wishes } from "./controller.ts";
import { preloadMedia } from "./media.ts";
import { useMicrophone, type MicrophoneCheck } from "./microphone.ts";

interface DeviceCheckProps {
  hasLink: boolean;
  joining: boolean;
  refusal: ApiError | undefined;
  onJoin: (wishes: Wishes) => void;
}

const NAME = "callboard.name";

const knownName = (): string => {
  try {
    return localStorage.getItem(NAME) ?? "";
  } catch {
    return "";
  }
};

const keepName = (name: string): void => {
  try {
    localStorage.setItem(NAME, name);
  } catch {
    // Without storage the name is asked for each time.
  }
};

export function DeviceCheck(props: DeviceCheckProps) {
  return (
    <main className="mx-auto flex min-h-full max-w-md flex-col px-[18px] pt-3 pb-8 text-[15px]">
      <div className="flex items-center gap-2 font-semibold tracking-tight">
        <Logo /> Callboard
        <span className="flex-1" />
        <ThemeSwitch />
      </div>
      {props.hasLink ? <Check {...props} /> : <NoLink />}
    </main>
  );
}

function NoLink() {
  return (
    <Empty whole title="This link is not whole">
      <p className="text-muted">
        A join link ends with # and a long code. Open it again from where you got it, or ask for a new one.
      </p>
    </Empty>
  );
}

function Check({ joining, refusal, onJoin }: DeviceCheckProps) {
  const [name, setName] = useState(knownName);
  const microphone = useMicrophone();
  useEffect(preloadMedia, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    keepName(name.trim());
    onJoin({
      displayName: name,
      microphone: microphone.state !== "refused",
      ...(microphone.deviceId ? { deviceId: microphone.deviceId } : {}),
    });
  };
  return (
    <form onSubmit={submit} className="my-auto grid gap-5 py-8">
      <div>
        <h1 className="text-[22px] font-semibold tracking-tight">Join the call</h1>
        <p className="text-muted">Say something and watch the bars move. Nobody hears you yet.</p>
      </div>
      {refusal && <ProblemNote error={refusal} what="You are not in the call" />}
      <MicrophoneCard microphone={microphone} />
      <label className="grid gap-1.5">
        <span className="font-medium">
          Your name <span className="font-normal text-muted">(others see it)</span>
        </span>
        <input
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="name"
          maxLength={80}
          placeholder="Guest"
          className="h-12 rounded-xl border border-edge bg-panel px-3.5 text-[16px]"
        />
      </label>
      <Button type="submit" look="primary" busy={joining} className="h-[52px] rounded-xl text-[15px]">
        Join call
      </Button>
      {microphone.state === "refused" && (
        <p className="-mt-3 text-center text-[13px] text-muted">
          You join without a microphone: you hear, read and type.
        </p>
      )}
    </form>
  );
}

function MicrophoneCard({ microphone }: { microphone: MicrophoneCheck }) {
  const { state, advice, devices, level } = microphone;
  const Icon = state === "refused" ? MicOff : Mic;
  return (
    <section aria-label="Microphone" className="card grid gap-3 rounded-xl p-3.5">
      <div className="flex items-center gap-2.5">
        <Icon size={18} className={state === "refused" ? "text-bad" : "text-accent"} aria-hidden />
        <span className="font-medium">
          {state === "asking" && "Asking for the microphone"}
          {state === "ready" && "Microphone works"}
          {state === "refused" && "No microphone"}
        </span>
        <span className="flex-1" />
        <Level read={level} off={state !== "ready"} label="Level of your microphone" height={26} />
      </div>
      {advice && <p className="text-[13px] text-muted">{advice}</p>}
      {state === "refused" && (
        <Button className="h-10 rounded-lg" onClick={microphone.again}>
          Check again
        </Button>
      )}
      {state === "ready" && devices.length > 1 && (
        <select
          aria-label="Which microphone"
          value={microphone.deviceId ?? ""}
          onChange={(event) => microphone.choose(event.target.value)}
          className="h-10 rounded-lg border border-line bg-panel px-2.5 text-[14px]"
        >
          {devices.map((device) => (
            <option key={device.deviceId} value={device.deviceId}>
              {device.label || "Microphone"}
            </option>
          ))}
        </select>
      )}
    </section>
  );
}
