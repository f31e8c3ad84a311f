import { useSyncExternalStore } from "react";
import { Toasts } from "../../ui/toast.tsx";
import { CallScreen } from "./call-screen.tsx";
import type { JoinController } from "./controller.ts";
import { DeviceCheck } from "./device-check.tsx";

/** The page that a join link opens: a look at the microphone first, then the call. */
export function JoinPage({ controller, hasLink }: { controller: JoinController; hasLink: boolean }) {
  const state = useSyncExternalStore(controller.listen, controller.get);
  return (
    <>
      {state.step === "in" ? (
        <CallScreen controller={controller} state={state} />
      ) : (
        <DeviceCheck
          hasLink={hasLink}
          joining={state.step === "joining"}
          refusal={state.refusal}
          onJoin={(wishes) => void controller.join(wishes)}
        />
      )}
      <Toasts />
    </>
  );
}
