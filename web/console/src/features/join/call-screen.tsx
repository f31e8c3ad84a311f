import { isOver } from "@callboard/api";
import { useNow } from "../../core/use-now.ts";
import { Button } from "../../ui/button.tsx";
import { clockText } from "../../ui/format.ts";
import { ThemeSwitch } from "../../ui/theme.tsx";
import { Captions } from "./captions.tsx";
import type { JoinController } from "./controller.ts";
import { Composer, Controls } from "./controls.tsx";
import type { JoinState } from "./model.ts";
import { People } from "./people.tsx";
import { isIn, phaseOf, type Shown } from "./phase.ts";
import { StatusBar } from "./status-bar.tsx";

/** The call, for the one who is in it. */
export function CallScreen({ controller, state }: { controller: JoinController; state: JoinState }) {
  const shown = phaseOf(state);
  return (
    <div className="mx-auto grid h-dvh max-w-[680px] grid-rows-[auto_1fr_auto] text-[15px] sm:border-x sm:border-line">
      <title>{`${shown.text} · Callboard`}</title>
      <header>
        <div className="flex items-center gap-2 px-[18px] pt-3.5 pb-3">
          <h1 className="truncate text-[16px] font-semibold tracking-tight">{state.title ?? "Call"}</h1>
          <span className="flex-1" />
          <Timer state={state} />
          <ThemeSwitch />
        </div>
        <StatusBar shown={shown} />
        <Notices controller={controller} state={state} shown={shown} />
        <People controller={controller} state={state} present={isIn(shown)} />
      </header>
      <main className="min-h-0">
        <Captions state={state} onAgain={(id) => controller.sayAgain(id)} />
      </main>
      <footer className="border-t border-line bg-panel px-[18px] pt-3 pb-[max(18px,env(safe-area-inset-bottom))]">
        {isIn(shown) ? (
          <>
            <Composer onSend={(text) => controller.say(text)} />
            <Controls controller={controller} state={state} />
          </>
        ) : (
          <Over state={state} controller={controller} />
        )}
      </footer>
    </div>
  );
}

function Timer({ state }: { state: JoinState }) {
  const { call } = state;
  const running = call?.connectedAt !== undefined && !isOver(call);
  const now = useNow(running);
  if (call?.connectedAt === undefined) return null;
  const ms = call.durationMs ?? (call.overAt ?? now) - call.connectedAt;
  return (
    <span className="text-muted" title="Since the call connected">
      {clockText(ms)}
    </span>
  );
}

/** What keeps the person from being heard or from hearing, with the way out. */
function Notices({
  controller,
  state,
  shown,
}: {
  controller: JoinController;
  state: JoinState;
  shown: Shown;
}) {
  if (!isIn(shown)) return null;
  return (
    <div className="grid gap-2 px-3.5 pt-2 empty:hidden">
      {state.simulated && (
        <p className="rounded-[10px] bg-raised px-3.5 py-2 text-[13px]">
          <b className="font-semibold">This is a simulated call.</b> Nobody in it makes a sound, and nobody
          hears you. You can read along and type.
        </p>
      )}
      {state.unavailable && state.media === "none" && (
        <p className="rounded-[10px] bg-raised px-3.5 py-2 text-[13px]">
          <b className="font-semibold">There is no sound in this call.</b> {state.unavailable.message}
        </p>
      )}
      {state.playbackBlocked && (
        <Button
          look="primary"
          className="h-11 rounded-[10px] text-[15px]"
          onClick={() => void controller.startAudio()}
        >
          Turn the sound on
        </Button>
      )}
      {state.microphoneProblem && (
        <p role="alert" className="rounded-[10px] bg-bad/10 px-3.5 py-2 text-[13px] text-bad">
          {state.microphoneProblem}
        </p>
      )}
    </div>
  );
}

function Over({ state, controller }: { state: JoinState; controller: JoinController }) {
  if (state.verdict === "elsewhere") {
    return (
      <Button
        look="primary"
        className="h-[52px] w-full rounded-xl text-[15px]"
        onClick={() => controller.useHere()}
      >
        Go on here
      </Button>
    );
  }
  return <p className="py-2 text-center text-muted">You can close this page.</p>;
}
