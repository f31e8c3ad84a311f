import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { chooseFirstSteps } from "../../core/first-steps.ts";
import { useMay, useMe } from "../../core/use-me.ts";
import { Button } from "../../ui/button.tsx";
import { Command, CopyButton } from "../../ui/copy.tsx";

const LINK = "text-accent underline underline-offset-2";

interface Step {
  title: string;
  command: string;
}

/** What is said where the server does not say it itself: that is, outside the local mode. */
export const stepsFor = (origin: string): Step[] => [
  {
    title: "Start a call from a program",
    command: `curl -sX POST ${origin}/v1/call/sessions -H "authorization: Bearer $CALLBOARD_API_KEY" \\
  -H 'content-type: application/json' -d '{"metadata":{"title":"My first call"}}'`,
  },
  {
    title: "Follow everything that happens, as it happens",
    command: `curl -sN ${origin}/v1/realtime/stream -H "authorization: Bearer $CALLBOARD_API_KEY"`,
  },
  {
    title: "Ask what this installation can do",
    command: `curl -s ${origin}/v1 && curl -s ${origin}/health/ready`,
  },
];

/** For a fresh installation: where things are, and what to try next. */
export function FirstStepsPanel() {
  const local = useMe()?.firstSteps;
  const origin = local?.url ?? location.origin;
  return (
    <section aria-label="First five minutes" className="card shrink-0">
      <div className="flex h-9 items-center border-b border-line pr-1.5 pl-3">
        <h2 className="font-semibold">First five minutes</h2>
        <Button
          look="quiet"
          className="ml-auto px-1.5"
          aria-label="Hide the first five minutes"
          title="Hide. The help menu brings it back"
          onClick={() => chooseFirstSteps("hidden")}
        >
          <X size={15} aria-hidden />
        </Button>
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-6 gap-y-3 p-3 lg:grid-cols-[minmax(220px,1fr)_minmax(0,2.4fr)]">
        <dl className="grid content-start gap-2">
          <div>
            <dt className="text-muted">Address</dt>
            <dd className="flex items-center gap-1">
              <span className="mono">{origin}</span>
              <CopyButton text={origin} label="Copy the address" />
            </dd>
          </div>
          <KeyPlace file={local?.apiKeyFile} />
          <div>
            <dt className="text-muted">Read on</dt>
            <dd className="flex flex-wrap gap-x-3">
              <a href="/manual/" className={LINK} target="_blank" rel="noreferrer">
                Documentation
              </a>
              <a href="/docs" className={LINK} target="_blank" rel="noreferrer">
                API reference
              </a>
            </dd>
          </div>
        </dl>
        <ol className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-2">
          {(local?.steps ?? stepsFor(origin)).map(({ title, command }, index) => (
            <li key={title} className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-1">
              <span>
                <span className="text-faint">{index + 1}</span> {title}
              </span>
              <Command text={command} label={title} />
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

function KeyPlace({ file }: { file: string | undefined }) {
  const manages = useMay("manage");
  return (
    <div>
      <dt className="text-muted">API key</dt>
      <dd>
        {file === undefined ? (
          <>
            It was shown when it was made; put it into <code className="mono">CALLBOARD_API_KEY</code>.{" "}
          </>
        ) : (
          <span className="flex items-start gap-1">
            <span className="mono min-w-0 break-all">{file}</span>
            <CopyButton text={file} label="Copy the path of the API key" />
          </span>
        )}
        {manages && (
          <Link to="/settings/keys" className={LINK}>
            Make another
          </Link>
        )}
      </dd>
    </div>
  );
}
