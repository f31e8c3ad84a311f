import { asApiError } from "@callboard/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { http } from "../../core/client.ts";
import { pathOf } from "../../core/http.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { say } from "../../ui/toast.tsx";
import { EndpointDialog } from "./endpoint-dialog.tsx";
import { ResendDialog } from "./resend-dialog.tsx";
import { RotateSecret } from "./rotate-secret.tsx";
import type { Delivery, Endpoint } from "./wire.ts";

type Asked = "change" | "rotate" | "resend" | "remove";

interface EndpointActionsProps {
  endpoint: Endpoint;
  onRemoved: () => void;
}

/** What can be done with an endpoint. */
export function EndpointActions({ endpoint, onRemoved }: EndpointActionsProps) {
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Asked>();
  const path = pathOf("v1", "webhook-endpoints", endpoint.endpointId);
  const renew = () => void queries.invalidateQueries({ queryKey: ["webhooks"] });
  const refusedAs = (what: string) => (error: unknown) => say(`${what}: ${asApiError(error).message}`);
  const test = useMutation({
    mutationFn: () => http.post<{ delivery: Delivery }>(`${path}/test`),
    onSuccess: () => {
      renew();
      say("A test is on its way; its answer appears below");
    },
    onError: refusedAs("No test was sent"),
  });
  const isOn = endpoint.status === "enabled";
  const toggle = useMutation({
    mutationFn: () => http.patch(path, { status: isOn ? "disabled" : "enabled" }),
    onSuccess: () => {
      renew();
      say(isOn ? "The endpoint is disabled; nothing more is sent" : "The endpoint is enabled");
    },
    onError: refusedAs("The endpoint was not changed"),
  });
  const close = () => setAsked(undefined);
  return (
    <div className="ml-auto flex flex-wrap gap-2">
      <Button busy={test.isPending} disabled={!isOn} onClick={() => test.mutate()}>
        Send a test
      </Button>
      <Button disabled={!isOn} onClick={() => setAsked("resend")}>
        Resend since…
      </Button>
      <Button onClick={() => setAsked("change")}>Change</Button>
      <Button onClick={() => setAsked("rotate")}>Rotate secret</Button>
      <Button busy={toggle.isPending} onClick={() => toggle.mutate()}>
        {isOn ? "Disable" : "Enable"}
      </Button>
      <Button look="danger" onClick={() => setAsked("remove")}>
        Remove
      </Button>
      {asked === "change" && <EndpointDialog endpoint={endpoint} onClose={close} />}
      {asked === "rotate" && <RotateSecret endpoint={endpoint} onClose={close} />}
      {asked === "resend" && <ResendDialog endpoint={endpoint} onClose={close} />}
      {asked === "remove" && (
        <Confirm
          title="Remove the endpoint?"
          description="Nothing more is sent to it, and what was sent is no longer listed. This cannot be undone."
          act="Remove the endpoint"
          refused="The endpoint was not removed"
          run={() => http.remove(path)}
          onDone={() => {
            onRemoved();
            renew();
            say("The endpoint is removed");
          }}
          onClose={close}
        />
      )}
    </div>
  );
}
