import { spanText, turnQuantile, words, type CallState, type Session } from "@callboard/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMay } from "../../core/use-me.ts";
import { useNow } from "../../core/use-now.ts";
import { CopyId } from "../../ui/copy-id.tsx";
import { clockText, countText, exactText, whenText } from "../../ui/format.ts";

/** What is known of the call, in one line. What nothing has measured is left out. */
export function Facts({ session, call }: { session: Session; call: CallState }) {
  const over = call.overAt ?? time(session.endedAt ?? session.failedAt);
  const connected = call.connectedAt ?? time(session.connectedAt);
  const now = useNow(connected !== undefined && over === undefined);
  const mayProvider = useMay("provider");
  const created = Date.parse(session.createdAt);
  const events = Math.max(call.latestSequence, session.latestSequence);
  return (
    <dl className="card flex flex-wrap gap-x-[22px] gap-y-2 px-3 py-2">
      <Fact name="Since" title={exactText(created)}>
        {whenText(created, now)}
      </Fact>
      {connected !== undefined && (
        <Fact name="Duration" title={`Connected ${exactText(connected)}`}>
          {clockText(call.durationMs ?? (over ?? now) - connected)}
        </Fact>
      )}
      <Fact name="Events" title="Events in the call's log">
        {countText(events)}
      </Fact>
      <TurnLatency turns={call.turns} />
      {call.cuts.length > 0 && <Fact name="Reconnects">{cutsText(call)}</Fact>}
      {session.correlationId && <Fact name="Correlation">{session.correlationId}</Fact>}
      {mayProvider && (
        <Fact name="Logs">
          <Link
            to="/provider"
            search={{ show: "requests", session: session.sessionId }}
            className="text-accent underline-offset-2 hover:underline"
          >
            requests
          </Link>
          {" · "}
          <Link
            to="/provider"
            search={{ session: session.sessionId }}
            className="text-accent underline-offset-2 hover:underline"
          >
            deliveries
          </Link>
        </Fact>
      )}
      {session.providerRoomId && (
        <Fact name="Room">
          <CopyId id={session.providerRoomId} label="room name" />
        </Fact>
      )}
      {over !== undefined && (
        <Fact name={session.status === "failed" ? "Failed" : "Ended"} title={exactText(over)}>
          {whenText(over, now)}
          {(call.endReason ?? session.endReason) && (
            <span className="font-normal text-muted"> {words(call.endReason ?? session.endReason)}</span>
          )}
        </Fact>
      )}
    </dl>
  );
}

/** From the end of a person's words to the agent's voice; absent as long as nothing measured it. */
function TurnLatency({ turns }: { turns: readonly number[] }) {
  const [half, most] = [turnQuantile(turns, 0.5), turnQuantile(turns, 0.95)];
  if (half === undefined || most === undefined) return null;
  const count = `${countText(turns.length)} ${turns.length === 1 ? "turn" : "turns"} measured`;
  return (
    <Fact name="Turn latency p95" title={`p50 ${half} ms, p95 ${most} ms, ${count}`}>
      {spanText(most)}
    </Fact>
  );
}

function Fact({ name, title, children }: { name: string; title?: string; children: ReactNode }) {
  return (
    <div className="flex flex-col" title={title}>
      <dt className="text-2xs text-faint">{name}</dt>
      <dd className="font-medium">{children}</dd>
    </div>
  );
}

const time = (value: string | undefined): number | undefined =>
  value === undefined ? undefined : Date.parse(value);

function cutsText(call: CallState): string {
  const open = call.cuts.filter((cut) => cut.to === undefined).length;
  if (open > 0)
    return call.cuts.length === 1 ? "1, not yet healed" : `${call.cuts.length}, ${open} not yet healed`;
  const longest = Math.max(...call.cuts.map((cut) => cut.gapMs ?? (cut.to ?? cut.from) - cut.from));
  return call.cuts.length === 1
    ? `1, healed in ${spanText(longest)}`
    : `${call.cuts.length}, longest ${spanText(longest)}`;
}
