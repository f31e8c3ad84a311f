import { Link } from "@tanstack/react-router";
import { usePages } from "../../core/use-pages.ts";
import type { AuditEntry } from "../../core/wire.ts";
import { actionWords, actorWords, AUDIT_COVERS } from "../../ui/audit-words.ts";
import { Button } from "../../ui/button.tsx";
import { ListState } from "../../ui/notes.tsx";
import { ObjectLink } from "../../ui/object-link.tsx";
import { Pane } from "../../ui/pane.tsx";
import { When } from "../../ui/when.tsx";
import { around } from "./around.ts";

interface ChangesProps {
  /** Only what was done to this call. */
  session?: string | undefined;
  /** Only what was done near this time. */
  near?: string;
}

/** What people and keys changed by the API, beside what the provider said. */
export function Changes({ session, near }: ChangesProps) {
  const { list, items } = usePages<AuditEntry>(["audit", "all"], "/v1/audit", {}, { everyMs: 15_000 });
  const shown = around(items, { session, near });
  return (
    <>
      <ListState
        list={list}
        what="the changes"
        isEmpty={shown.length === 0}
        emptyTitle="Nothing was changed"
        empty={<p className="text-muted">{whichWords(session, near, list.hasNextPage)}</p>}
      />
      <ul className="grid">
        {shown.map((entry) => (
          <li key={entry.auditId} className="grid gap-0.5 border-b border-line/60 px-3 py-1.5">
            <span className="flex gap-2">
              <Link
                to="/audit"
                search={{ entry: entry.auditId }}
                className="min-w-0 flex-1 truncate font-medium underline-offset-2 hover:underline"
              >
                {actionWords(entry.action)}
              </Link>
              <When at={entry.at} className="text-muted" />
            </span>
            <span className="flex gap-2 text-muted">
              <span className="min-w-0 flex-1 truncate">by {actorWords(entry.actor)}</span>
              <ObjectLink {...entry.object} />
            </span>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <div className="flex justify-center p-2">
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Read further back
          </Button>
        </div>
      )}
    </>
  );
}

function whichWords(session: string | undefined, near: string | undefined, more: boolean): string {
  const among = more ? "Among what is read so far, nothing" : "Nothing";
  if (session && near) return `${among} was done to this call, or within a minute of the delivery.`;
  if (session) return `${among} was done to this call by hand.`;
  return `${among} was changed${near ? " within a minute of the delivery" : ""}.`;
}

interface ChangesPanelProps {
  session: string | undefined;
  onClose: () => void;
}

export function ChangesPanel({ session, onClose }: ChangesPanelProps) {
  return (
    <Pane label="Changes by API" title="Changes by API" onClose={onClose}>
      <p className="border-b border-line/60 px-3 py-2 text-xs text-muted">
        {session ? "Only what was done to this call. " : ""}
        This is the audit. {AUDIT_COVERS}
      </p>
      <Changes session={session} />
    </Pane>
  );
}
