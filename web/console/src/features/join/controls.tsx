import { Mic, MicOff, PhoneOff, SendHorizontal } from "lucide-react";
import { useState, type FormEvent } from "react";
import { Button } from "../../ui/button.tsx";
import type { JoinController } from "./controller.ts";
import type { JoinState } from "./model.ts";

/** Longest typed message, in characters. */
const LONGEST = 2000;

export function Composer({ onSend }: { onSend: (text: string) => void }) {
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const message = text.trim();
    if (message === "") return;
    onSend(message);
    setText("");
  };
  return (
    <form onSubmit={submit} className="mb-3 flex gap-2">
      <input
        aria-label="Type a message"
        placeholder="Type a message"
        value={text}
        maxLength={LONGEST}
        onChange={(event) => setText(event.target.value)}
        enterKeyHint="send"
        autoComplete="off"
        className="h-11 min-w-0 flex-1 rounded-xl border border-edge bg-bg px-3.5 text-[16px]"
      />
      <Button
        type="submit"
        aria-label="Send"
        title="Send"
        disabled={text.trim() === ""}
        className="h-11 w-12 rounded-xl"
      >
        <SendHorizontal size={18} aria-hidden />
      </Button>
    </form>
  );
}

export function Controls({ controller, state }: { controller: JoinController; state: JoinState }) {
  const [changing, setChanging] = useState(false);
  const toggle = async () => {
    setChanging(true);
    await controller.setMicrophone(!state.microphone);
    setChanging(false);
  };
  const Icon = state.microphone ? Mic : MicOff;
  return (
    <div className="grid grid-cols-[1fr_1.2fr] gap-2.5">
      {state.media === "none" ? (
        <span />
      ) : (
        <Button
          className="h-[52px] rounded-xl text-[15px]"
          disabled={changing || state.media === "connecting"}
          onClick={() => void toggle()}
        >
          <Icon size={17} aria-hidden />
          {state.microphone ? "Mute" : "Unmute"}
        </Button>
      )}
      <Button
        busy={state.leaving === true}
        className="h-[52px] rounded-xl !border-transparent !bg-leave text-[15px] !text-white hover:opacity-90"
        onClick={() => void controller.leave()}
      >
        {!state.leaving && <PhoneOff size={17} aria-hidden />}
        Leave
      </Button>
    </div>
  );
}
