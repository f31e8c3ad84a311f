import { Link } from "@tanstack/react-router";
import { compact } from "../../core/search-text.ts";
import type { ApiRequest } from "../../core/wire.ts";
import { actorWords } from "../../ui/audit-words.ts";
import { CopyId } from "../../ui/copy-id.tsx";
import { Badge } from "../../ui/marks.tsx";
import { SessionLink } from "../../ui/object-link.tsx";
import { Fact, Facts, Pane } from "../../ui/pane.tsx";
import { Exact } from "../../ui/when.tsx";
import { answerWords, deedWords } from "./request-words.ts";
import type { ProviderSearch } from "./search.ts";

const LINK = "text-accent underline-offset-2 hover:underline";

interface RequestPaneProps {
  request: ApiRequest;
  search: ProviderSearch;
  onClose: () => void;
}

/** One request: what was asked for, by whom, and what the answer was. */
export function RequestPane({ request, search, onClose }: RequestPaneProps) {
  const { principal, sessionId, status, code } = request;
  const { tone, word } = answerWords(status);
  const only = (change: Partial<ProviderSearch>) => compact({ ...search, ...change, request: undefined });
  return (
    <Pane label="Request" title={deedWords(request)} onClose={onClose}>
      <Facts>
        <Fact name="Arrived">
          <Exact at={request.at} />
        </Fact>
        <Fact name="Request">
          <code className="mono break-all">
            {request.method} {request.path}
          </code>
        </Fact>
        <Fact name="Answer">
          <Badge tone={tone}>
            {status} {word}
          </Badge>{" "}
          after {request.durationMs} ms
        </Fact>
        {code && (
          <Fact name="Code">
            <a href={`/docs/errors/${code}`} target="_blank" rel="noreferrer" className={`mono ${LINK}`}>
              {code}
            </a>
          </Fact>
        )}
        <Fact name="By">
          {actorWords(principal)} <CopyId id={principal.id} label={`${principal.kind} id`} />{" "}
          <Link to="/provider" search={only({ by: principal.id })} className={LINK}>
            only theirs
          </Link>
        </Fact>
        {sessionId && (
          <Fact name="Call">
            <SessionLink id={sessionId} />{" "}
            <Link to="/provider" search={only({ session: sessionId })} className={LINK}>
              only its requests
            </Link>
          </Fact>
        )}
        <Fact name="Trace">
          <CopyId id={request.traceId} label="trace id" />
        </Fact>
        <Fact name="Entry">
          <CopyId id={request.requestId} label="request id" />
        </Fact>
      </Facts>
      <p className="px-3 py-2.5 text-xs text-muted">
        What was sent is not kept: no body, no query, no address. The trace id is the one in the answer and in
        the server&rsquo;s log.
      </p>
    </Pane>
  );
}
