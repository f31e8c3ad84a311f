import { asApiError } from "@callboard/api";
import { useMutation } from "@tanstack/react-query";
import { Cable } from "lucide-react";
import { http } from "../../core/client.ts";
import { useMe } from "../../core/use-me.ts";
import type { ProbeReport } from "../../core/wire.ts";
import { Button } from "../../ui/button.tsx";
import { Badge } from "../../ui/marks.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { SettingsFrame } from "./settings-page.tsx";

/** The steps in their order, so that those not reached are shown as such. */
const STEPS: readonly { step: string; name: string }[] = [
  { step: "configured", name: "Its address and key are set" },
  { step: "connect", name: "It answers" },
  { step: "clock", name: "Its clock agrees with ours" },
  { step: "apiKey", name: "It takes our key" },
  { step: "room", name: "It makes and removes a room" },
  { step: "webhook", name: "Its deliveries arrive here" },
];

/** Asks the media server step by step, with the exact reason where a step fails. */
export function LiveKitPage() {
  const me = useMe();
  const test = useMutation({ mutationFn: () => http.post<ProbeReport>("/v1/provider/test") });
  return (
    <SettingsFrame
      title="LiveKit"
      lead="The media server carries the sound; Callboard asks it for rooms and listens to its deliveries."
    >
      <div className="card max-w-3xl">
        <div className="flex min-h-11 flex-wrap items-center gap-3 border-b border-line px-3 py-1.5">
          <h2 className="font-semibold">Connection test</h2>
          <span className="text-muted">
            {me?.features.livekit ? "A media server is set." : "No media server is set: calls have no sound."}
          </span>
          <Button look="primary" className="ml-auto" busy={test.isPending} onClick={() => test.mutate()}>
            {!test.isPending && <Cable size={14} aria-hidden />}
            {test.isPending ? "Testing" : test.data ? "Test again" : "Test the connection"}
          </Button>
        </div>
        <div aria-live="polite">
          {test.isError && (
            <div className="p-3">
              <ProblemNote error={asApiError(test.error)} what="The test could not be made" />
            </div>
          )}
          {test.isPending && (
            <p className="px-3 py-2.5 text-muted">
              Asking step by step; the last waits for a delivery to arrive.
            </p>
          )}
          {test.data && !test.isPending && <Report report={test.data} />}
          {test.isIdle && (
            <p className="px-3 py-2.5 text-muted">
              It makes a room that nobody joins and removes it. Calls that run are not touched.
            </p>
          )}
        </div>
      </div>
      <p className="max-w-3xl text-muted">
        The server reads <code className="mono">LIVEKIT_URL</code>,{" "}
        <code className="mono">LIVEKIT_API_KEY</code> and <code className="mono">LIVEKIT_API_SECRET</code> at
        its start. LiveKit has to post its webhooks to{" "}
        <code className="mono">{location.origin}/v1/call/livekit/events</code>.
      </p>
    </SettingsFrame>
  );
}

function Report({ report }: { report: ProbeReport }) {
  const known = STEPS.map(({ step }) => step);
  const others = report.steps.filter(({ step }) => !known.includes(step));
  const all = [...STEPS, ...others.map(({ step }) => ({ step, name: step }))];
  return (
    <>
      <p className="border-b border-line/60 px-3 py-2 font-medium">
        {report.ok ? "Everything is well." : "A step failed; those after it were not tried."}
      </p>
      <ol aria-label="Steps">
        {all.map(({ step, name }) => {
          const done = report.steps.find((each) => each.step === step);
          return (
            <li
              key={step}
              className="grid grid-cols-[92px_minmax(0,1fr)_auto] items-start gap-x-3 border-b border-line/60 px-3 py-2 last:border-0"
            >
              <span>
                <Badge tone={done ? (done.ok ? "ok" : "bad") : "calm"}>
                  {done ? (done.ok ? "well" : "failed") : "not tried"}
                </Badge>
              </span>
              <span className="min-w-0">
                <span className={done ? "font-medium" : "text-faint"}>{name}</span>
                {done && <span className="block break-words text-muted">{done.detail}</span>}
              </span>
              {done && (
                <span className="text-faint" title="How long the step took">
                  {done.ms} ms
                </span>
              )}
            </li>
          );
        })}
      </ol>
    </>
  );
}
