/** The words beside the lanes: who it is, and how it stands with them. */
import { nameOf, words, type ParticipantView, type StripLane } from "@callboard/api";
import { cx } from "../../../ui/class-names.ts";
import { exactText } from "../../../ui/format.ts";
import { LANE_CLASSES } from "./inks.ts";
import { MarkShape } from "./marks.tsx";

export function NobodyLabel({ over }: { over: boolean }) {
  return <div className={cx(ROW, "text-faint")}>{over ? "Nobody" : "Nobody yet"}</div>;
}

const ROW = "flex h-[26px] min-w-0 items-center gap-2 px-3 max-sm:px-2";

export function LaneLabel({ lane, hue, over }: { lane: StripLane; hue: number; over: boolean }) {
  const { person, lost, name } = lane;
  const state = person ? stateWords(person, lost, over) : "";
  return (
    <div className={ROW} title={person && stateTitle(person)}>
      <i className={cx("size-2 shrink-0 rounded-[2px] bg-current", LANE_CLASSES[hue])} aria-hidden />
      <span className="truncate font-medium sm:max-w-36 sm:shrink-0">{name}</span>
      {state && (
        <span className={cx("truncate", lost ? "text-warn max-sm:sr-only" : "text-faint max-sm:sr-only")}>
          {state}
        </span>
      )}
      {lost && (
        <span className="size-1.5 shrink-0 rounded-full border-[1.5px] border-warn sm:hidden" aria-hidden />
      )}
    </div>
  );
}

export function MarkLabel({
  name,
  kind,
  count,
}: {
  name: string;
  kind: "executed" | "error";
  count: number;
}) {
  return (
    <div className={ROW}>
      <span className="-mx-0.5 grid size-3 place-items-center" aria-hidden>
        <MarkShape kind={kind} size={12} />
      </span>
      <span className="font-medium">{name}</span>
      {count > 0 && <span className="text-faint">{count}</span>}
    </div>
  );
}

/** Reasons that say no more than "left" does. */
const DULL = new Set(["left", "session_over"]);

/** The role where the name does not say it, and how it stands; that all left an ended call is no news. */
export function stateWords(person: ParticipantView, lost: boolean, over: boolean): string {
  const named = nameOf(person)?.toLowerCase() === person.role;
  const role = person.role === "caller" || named ? "" : person.role;
  if (person.state === "left") return [role, over ? "" : "left"].filter(Boolean).join(", ");
  if (lost) return [role, "reconnecting"].filter(Boolean).join(", ");
  if (person.state === "invited") return [role, "invited"].filter(Boolean).join(", ");
  return person.agentState ?? role;
}

function stateTitle(person: ParticipantView): string {
  const joined = person.joinedAt === undefined ? undefined : `Joined ${exactText(person.joinedAt)}`;
  const why = person.leaveReason && !DULL.has(person.leaveReason) ? ` (${words(person.leaveReason)})` : "";
  const left = person.leftAt === undefined ? undefined : `Left ${exactText(person.leftAt)}${why}`;
  return [person.identity, joined, left].filter(Boolean).join("\n");
}
