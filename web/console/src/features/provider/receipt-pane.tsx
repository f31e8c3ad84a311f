import { asApiError } from "@callboard/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { RotateCw } from "lucide-react";
import { http } from "../../core/client.ts";
import { pathOf } from "../../core/http.ts";
import type { Receipt } from "../../core/wire.ts";
import { AUDIT_COVERS } from "../../ui/audit-words.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy.tsx";
import { CopyId } from "../../ui/copy-id.tsx";
import { shortId } from "../../ui/format.ts";
import { JsonView } from "../../ui/json-view.tsx";
import { SessionLink } from "../../ui/object-link.tsx";
import { Fact, Facts, Pane } from "../../ui/pane.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { say } from "../../ui/toast.tsx";
import { Exact } from "../../ui/when.tsx";
import { Changes } from "./changes-panel.tsx";
import { OutcomeMark } from "./outcome.tsx";

interface ReceiptPaneProps {
  receipt: Receipt;
  mayAudit: boolean;
  onClose: () => void;
}

/** One delivery: what it was, what became of it, and its body. */
export function ReceiptPane({ receipt, mayAudit, onClose }: ReceiptPaneProps) {
  const again = useProcessAgain(receipt.receiptId);
  return (
    <Pane
      label="Delivery"
      title={<span className="mono truncate">{receipt.event || "unreadable"}</span>}
      actions={
        <Button className="mr-1" busy={again.isPending} onClick={() => again.mutate()}>
          {!again.isPending && <RotateCw size={13} aria-hidden />}
          Process again
        </Button>
      }
      onClose={onClose}
    >
      {again.isError && (
        <div className="p-3">
          <ProblemNote error={asApiError(again.error)} what="It was not processed again" />
        </div>
      )}
      <ReceiptFacts receipt={receipt} />
      <div className="flex items-center px-3 pt-1.5">
        <h3 className="flex-1 font-medium">Body as it came, without secrets</h3>
        <CopyButton text={JSON.stringify(receipt.body, null, 2)} label="Copy the body" />
      </div>
      <JsonView value={receipt.body} label="Body as JSON" className="max-h-[44vh]" />
      {mayAudit && (
        <section aria-label="Changed by API" className="border-t border-line">
          <h3 className="px-3 pt-2.5 font-medium">
            Changed by API{receipt.sessionId ? " in this call, or" : ""} within a minute
          </h3>
          <p className="px-3 pb-1.5 text-xs text-muted">{AUDIT_COVERS}</p>
          <Changes session={receipt.sessionId} near={receipt.receivedAt} />
        </section>
      )}
    </Pane>
  );
}

function ReceiptFacts({ receipt }: { receipt: Receipt }) {
  return (
    <Facts>
      <Fact name="Received">
        <Exact at={receipt.receivedAt} />
      </Fact>
      <Fact name="Outcome">
        <OutcomeMark outcome={receipt.outcome} /> {receipt.reason}
      </Fact>
      {receipt.sessionId && (
        <Fact name="Call">
          <SessionLink id={receipt.sessionId} />
        </Fact>
      )}
      <Fact name="From">{receipt.provider}</Fact>
      <Fact name="Processed">{receipt.attempts === 1 ? "once" : `${receipt.attempts} times`}</Fact>
      {receipt.published.length > 0 && (
        <Fact name="Events">
          <span className="flex flex-wrap gap-x-2">
            {receipt.published.map((id) => (
              <EventLink key={id} id={id} session={receipt.sessionId} />
            ))}
          </span>
        </Fact>
      )}
      <Fact name="Delivery">
        <CopyId id={receipt.providerEventId} label="id at the provider" />
      </Fact>
      <Fact name="Receipt">
        <CopyId id={receipt.receiptId} label="receipt id" />
      </Fact>
    </Facts>
  );
}

/** An event that the delivery added, in the timeline of its call. */
function EventLink({ id, session }: { id: string; session: string | undefined }) {
  if (session === undefined) return <CopyId id={id} label="event id" />;
  return (
    <Link
      to="/calls/$sessionId"
      params={{ sessionId: session }}
      search={{ event: id }}
      title={id}
      aria-label={`Event ${shortId(id)} in the timeline of its call`}
      className="mono text-accent underline-offset-2 hover:underline"
    >
      {shortId(id)}
    </Link>
  );
}

function useProcessAgain(receiptId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      http.post<{ receipt: Receipt }>(pathOf("v1", "provider", "receipts", receiptId, "process")),
    onSuccess: ({ receipt }) => {
      say(`Processed again: ${receipt.outcome}${receipt.reason ? `, ${receipt.reason}` : ""}`);
      void queries.invalidateQueries({ queryKey: ["receipts"] });
      void queries.invalidateQueries({ queryKey: ["audit"] });
    },
  });
}
