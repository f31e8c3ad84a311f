import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { chooseFirstSteps } from "../../core/first-steps.ts";
import { useMay } from "../../core/use-me.ts";
import { Button } from "../../ui/button.tsx";
import { Command, CopyButton } from "../../ui/copy.tsx";

const LINK = "text-accent underline underline-offset-2";

/** The three things to try next, as they are typed. `origin` is the installation's address. */
export const stepsFor = (origin: string) => [
  {
    what: "Start a call from a program",
    command: `KEY=$(cat .data/api-key)
curl -sX POST ${origin}/v1/call/sessions -H "authorization: Bearer $KEY" \\
  -H 'content-type: application/json' -d '{"metadata":{"title":"My first call"}}'`,
  },
  {
    what: "Follow everything that happens, as it happens",
    command: `curl -sN ${origin}/v1/realtime/stream -H "authorization: Bearer $(cat .data/api-key)"`,
  },
  {
    what: "Ask what this installation can do",
    command: `curl -s ${origin}/v1 && curl -s ${origin}/health/ready`,
  },
];

/** For a fresh installation: where things are, and what to try next. */
export function FirstStepsPanel() {
  const manages = useMay("manage");
  const { origin } = location;
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
          <div>
            <dt className="text-muted">API key</dt>
            <dd>
              In the file <code className="mono">.data/api-key</code> with{" "}
              <code className="mono">make run</code>; <code className="mono">callboard serve --dev</code>{" "}
              prints it once, at its first start.
              {manages && (
                <>
                  {" "}
                  Another is made in{" "}
                  <Link to="/settings/keys" className={LINK}>
                    Settings, API keys
                  </Link>
                  .
                </>
              )}
            </dd>
          </div>
          <div>
            <dt className="text-muted">Every route</dt>
            <dd>
              <a href="/docs" className={LINK} target="_blank" rel="noreferrer">
                API reference
              </a>
            </dd>
          </div>
        </dl>
        <ol className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-2">
          {stepsFor(origin).map(({ what, command }, index) => (
            <li key={what} className="grid min-w-0 gap-1">
              <span>
                <span className="text-faint">{index + 1}</span> {what}
              </span>
              <Command text={command} label={what} />
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
