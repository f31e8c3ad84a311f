import { useQueryClient } from "@tanstack/react-query";
import { http } from "../../core/client.ts";
import { pathOf } from "../../core/http.ts";
import { Rotate } from "../../ui/rotate.tsx";
import type { Endpoint, EndpointWithSecret } from "./wire.ts";

const OVERLAPS = [
  { seconds: 0, name: "Not at all" },
  { seconds: 3_600, name: "One hour" },
  { seconds: 86_400, name: "One day" },
  { seconds: 604_800, name: "Seven days" },
] as const;

/** A new signing secret; for a while deliveries carry a signature by each. */
export function RotateSecret({ endpoint, onClose }: { endpoint: Endpoint; onClose: () => void }) {
  const queries = useQueryClient();
  return (
    <Rotate
      title="Rotate the signing secret"
      description="Deliveries are signed by both secrets while the old one lasts, so that the receiver can change in its own time."
      what="signing secret"
      question="Sign by the old secret too for"
      overlaps={OVERLAPS}
      act="Rotate the secret"
      refused="The secret was not rotated"
      run={(overlapSeconds) =>
        http.post<EndpointWithSecret>(pathOf("v1", "webhook-endpoints", endpoint.endpointId, "rotate"), {
          overlapSeconds,
        })
      }
      onDone={() => void queries.invalidateQueries({ queryKey: ["webhooks"] })}
      onClose={onClose}
    />
  );
}
