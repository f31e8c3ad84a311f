import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { compact } from "../../core/search-text.ts";
import { usePages } from "../../core/use-pages.ts";
import type { AuditEntry } from "../../core/wire.ts";
import { actionWords, actorWords, AUDIT_COVERS } from "../../ui/audit-words.ts";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { ListState } from "../../ui/notes.tsx";
import { ObjectLink } from "../../ui/object-link.tsx";
import { Page } from "../../ui/page.tsx";
import { Split } from "../../ui/split.tsx";
import { When } from "../../ui/when.tsx";
import { EntryPane } from "./entry-pane.tsx";
import { AuditFilters } from "./filters.tsx";
import { queryOf, type AuditSearch, type Place } from "./search.ts";

/** Who changed what, when. */
export function AuditPage({ search }: { search: AuditSearch }) {
  const { entry } = search;
  const navigate = useNavigate({ from: "/audit" });
  const query = queryOf(search);
  const filtered = Object.keys(query).length > 0;
  const { list, items } = usePages<AuditEntry>(["audit", query], "/v1/audit", query, { everyMs: 15_000 });
  const place: Place = useCallback(
    (change) => void navigate({ search: (old) => compact({ ...old, ...change }), replace: true }),
    [navigate],
  );
  const columns = useMemo(() => columnsFor(search), [search]);
  const open = items.find(({ auditId }) => auditId === entry);
  return (
    <Page title="Audit" lead={AUDIT_COVERS} actions={<AuditFilters search={search} place={place} />}>
      <ListState
        list={list}
        what="the audit"
        isEmpty={items.length === 0}
        emptyTitle={filtered ? "Nothing is like this" : "Nothing was changed yet"}
        empty={
          filtered && (
            <Link to="/audit" search={{}} className="text-accent underline underline-offset-2">
              Show all
            </Link>
          )
        }
      />
      {items.length > 0 && (
        <Split
          pane={
            open && <EntryPane entry={open} search={search} onClose={() => place({ entry: undefined })} />
          }
        >
          <DataTable
            label="Audit"
            columns={columns}
            items={items}
            keyOf={({ auditId }) => auditId}
            selected={entry}
            onWalk={({ auditId }) => place({ entry: auditId })}
            hasMore={list.hasNextPage}
            loadingMore={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
          />
        </Split>
      )}
    </Page>
  );
}

const columnsFor = (search: AuditSearch): Column<AuditEntry>[] => [
  {
    head: "When",
    width: "124px",
    narrow: true,
    className: "text-muted max-md:order-last",
    cell: ({ at }) => <When at={at} />,
  },
  {
    head: "What",
    width: "minmax(150px,1fr)",
    narrow: true,
    cell: (entry, reach) => (
      <>
        <Link
          {...reach}
          to="/audit"
          search={{ ...search, entry: entry.auditId }}
          replace
          title={entry.action}
        >
          <span className="font-medium">{actionWords(entry.action)}</span>
        </Link>
        <span className="block truncate text-2xs text-faint md:hidden">by {actorWords(entry.actor)}</span>
      </>
    ),
  },
  {
    head: "By",
    width: "minmax(140px,1fr)",
    cell: ({ actor }) => <span title={`${actor.kind} ${actor.id}`}>{actorWords(actor)}</span>,
  },
  {
    head: "On",
    spare: true,
    width: "110px",
    className: "text-muted",
    cell: ({ object }) => object.kind.replaceAll("_", " "),
  },
  {
    head: "Its id",
    width: "150px",
    className: "text-faint",
    cell: ({ object }) => <ObjectLink {...object} />,
  },
];
