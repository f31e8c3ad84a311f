import { asApiError } from "@callboard/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { http } from "../../core/client.ts";
import { pathOf } from "../../core/http.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy.tsx";
import { CopyId } from "../../ui/copy-id.tsx";
import { JsonView } from "../../ui/json-view.tsx";
import { Dot } from "../../ui/marks.tsx";
import { SessionLink } from "../../ui/object-link.tsx";
import { Fact, Facts, Pane } from "../../ui/pane.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { Loading } from "../../ui/states.tsx";
import { say } from "../../ui/toast.tsx";
import { Exact, When } from "../../ui/when.tsx";
import { answerWords, DeliveryMark } from "./endpoint-state.tsx";
import type { Attempt, DeliveryDetail } from "./wire.ts";

interface DeliveryPaneProps {
  deliveryId: string;
  mayChange: boolean;
  onClose: () => void;
}

/** One delivery: its attempts with what was answered, and its body. */
export function DeliveryPane({ deliveryId, mayChange, onClose }: DeliveryPaneProps) {
  const queries = useQueryClient();
  const path = pathOf("v1", "webhook-deliveries", deliveryId);
  const read = useQuery({
    queryKey: ["webhooks", "delivery", deliveryId],
    queryFn: () => http.get<DeliveryDetail>(path),
    refetchInterval: 3_000,
  });
  const again = useMutation({
    mutationFn: () => http.post(`${path}/resend`),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["webhooks"] });
      say("It is sent again");
    },
  });
  const delivery = read.data;
  return (
    <Pane
      label="Delivery"
      title={<span className="mono truncate">{delivery?.eventType ?? "Delivery"}</span>}
      actions={
        mayChange && (
          <Button className="mr-1" busy={again.isPending} disabled={!delivery} onClick={() => again.mutate()}>
            {!again.isPending && <RotateCw size={13} aria-hidden />}
            Resend
          </Button>
        )
      }
      onClose={onClose}
    >
      {again.isError && (
        <div className="p-3">
          <ProblemNote error={asApiError(again.error)} what="It was not sent again" />
        </div>
      )}
      {read.isPending && <Loading what="the delivery" />}
      {read.isError && !delivery && (
        <div className="p-3">
          <ProblemNote error={asApiError(read.error)} what="The delivery could not be read" />
        </div>
      )}
      {delivery && <Matter delivery={delivery} />}
    </Pane>
  );
}

function Matter({ delivery }: { delivery: DeliveryDetail }) {
  return (
    <>
      <Facts>
        <Fact name="Status">
          <DeliveryMark status={delivery.status} />
        </Fact>
        <Fact name="Queued">
          <Exact at={delivery.createdAt} />
        </Fact>
        {delivery.deliveredAt && (
          <Fact name="Delivered">
            <Exact at={delivery.deliveredAt} />
          </Fact>
        )}
        {delivery.nextAttemptAt && (
          <Fact name="Next attempt">
            <When at={delivery.nextAttemptAt} />
          </Fact>
        )}
        {delivery.sessionId && (
          <Fact name="Call">
            <SessionLink id={delivery.sessionId} />
            {delivery.sequence !== undefined && (
              <span className="text-muted"> event {delivery.sequence}</span>
            )}
          </Fact>
        )}
        <Fact name="webhook-id">
          <CopyId id={delivery.deliveryId} label="delivery id" />
        </Fact>
      </Facts>
      <h3 className="px-3 pt-2.5 font-medium">Attempts</h3>
      {delivery.history.length === 0 && <p className="px-3 py-1 text-muted">None yet.</p>}
      <ol className="grid">
        {[...delivery.history].reverse().map((attempt) => (
          <AttemptLine key={attempt.at} attempt={attempt} />
        ))}
      </ol>
      <div className="flex items-center border-t border-line px-3 pt-1.5">
        <h3 className="flex-1 font-medium">Body as it is posted</h3>
        <CopyButton text={JSON.stringify(delivery.body, null, 2)} label="Copy the body" />
      </div>
      <JsonView value={delivery.body} label="Body as JSON" className="max-h-[44vh]" />
    </>
  );
}

function AttemptLine({ attempt }: { attempt: Attempt }) {
  return (
    <li className="border-b border-line/60 px-3 py-1.5 last:border-0">
      <div className="flex items-center gap-2">
        <Dot tone={attempt.ok ? "ok" : "bad"} className={attempt.ok ? "text-ok" : "text-bad"} />
        <span className="min-w-0 flex-1 font-medium break-words">{answerWords(attempt)}</span>
        <span className="text-faint" title="How long the attempt took">
          {attempt.ms} ms
        </span>
        <When at={attempt.at} className="text-muted" />
      </div>
      {attempt.responseBody && (
        <pre
          tabIndex={0}
          aria-label="What was answered"
          className="mono mt-1 max-h-32 overflow-auto rounded-md bg-raised px-2 py-1 break-words whitespace-pre-wrap text-muted"
        >
          {attempt.responseBody}
        </pre>
      )}
    </li>
  );
}
