import { useQuery } from "@tanstack/react-query";
import type { Page } from "@callboard/api";
import type { ReactNode } from "react";
import { http } from "../../core/client.ts";
import type { RejectedDeliveries } from "../../core/wire.ts";
import { countText } from "../../ui/format.ts";
import { Dot } from "../../ui/marks.tsx";
import { When } from "../../ui/when.tsx";

/** What each reason is called. */
const NAMES: Readonly<Record<string, string>> = {
  header_missing: "No signature",
  malformed: "Not a signature of LiveKit",
  algorithm: "Another kind of signature",
  unknown_key: "Key not known here",
  signature: "Signed with another secret",
  expired: "Signature too old",
  not_yet_valid: "Signature from the future",
  digest_missing: "Signature without a body",
  digest: "Body was changed",
};

/** Within this time a rejection is news, milliseconds. */
const RECENT_MS = 10 * 60_000;

/** A sentence whose `names` of settings stand out. */
const withNames = (text: string): ReactNode[] =>
  text.split("`").map((piece, at) =>
    at % 2 === 0 ? (
      piece
    ) : (
      <code key={at} className="mono">
        {piece}
      </code>
    ),
  );

/** Deliveries that were not genuine: how many, why, and what to do about it. Absent while there are none. */
export function Rejections() {
  const { data } = useQuery({
    queryKey: ["rejections"],
    queryFn: () => http.get<Page<RejectedDeliveries>>("/v1/provider/rejections"),
    refetchInterval: 15_000,
    select: (page) => page.items,
  });
  if (!data || data.length === 0) return null;
  const total = data.reduce((sum, { count }) => sum + count, 0);
  const last = data.reduce((latest, { lastAt }) => (lastAt > latest ? lastAt : latest), "");
  const recent = Date.now() - Date.parse(last) < RECENT_MS;
  return (
    <details className="card px-3 py-2" open={recent}>
      <summary className="cursor-pointer">
        <Dot
          tone={recent ? "bad" : "warn"}
          className={recent ? "mr-2 inline text-bad" : "mr-2 inline text-warn"}
        />
        <span className="font-medium">
          {total === 1 ? "1 delivery was rejected" : `${countText(total)} deliveries were rejected`}
        </span>
        , the last <When at={last} />
      </summary>
      <p className="pt-1.5 text-xs text-muted">
        They could not be verified, so they changed nothing and nothing of them is kept. These are counts of
        the whole installation; a reason goes 30 days after its last delivery.
      </p>
      <ul className="mt-1.5 grid gap-1.5">
        {data.map((each) => (
          <li key={`${each.provider} ${each.reason}`} className="border-t border-line/60 pt-1.5">
            <span className="flex flex-wrap items-baseline gap-x-3">
              <span className="font-medium" title={each.reason}>
                {NAMES[each.reason] ?? each.reason}
              </span>
              <span className="text-muted">
                {countText(each.count)}
                {each.provider === "livekit" ? "" : ` from ${each.provider}`}, first{" "}
                <When at={each.firstAt} />, last <When at={each.lastAt} />
              </span>
            </span>
            <span className="block max-w-3xl text-muted">{withNames(each.advice)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
