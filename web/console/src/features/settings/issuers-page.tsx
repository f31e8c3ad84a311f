import { useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { http } from "../../core/client.ts";
import { pathOf } from "../../core/http.ts";
import { usePages } from "../../core/use-pages.ts";
import type { Issuer } from "../../core/wire.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { CopyId } from "../../ui/copy-id.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { ListState } from "../../ui/notes.tsx";
import { say } from "../../ui/toast.tsx";
import { When } from "../../ui/when.tsx";
import { AddIssuer } from "./add-issuer.tsx";
import { SettingsFrame } from "./settings-page.tsx";

type Asked = { what: "add" } | { what: "remove"; issuer: Issuer };

/** Who may vouch for the tenant's users. */
export function IssuersPage() {
  const queries = useQueryClient();
  const { list, items } = usePages<Issuer>(["issuers"], "/v1/issuers");
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  const add = (
    <Button look="primary" onClick={() => setAsked({ what: "add" })}>
      <Plus size={14} aria-hidden />
      Add an issuer
    </Button>
  );
  return (
    <SettingsFrame
      title="Issuers"
      lead="Whose signed tokens (JWT) let people of this tenant in. Login links are the built-in issuer."
      actions={items.length > 0 && add}
    >
      <ListState
        list={list}
        what="the issuers"
        isEmpty={items.length === 0}
        emptyTitle="No issuers yet"
        empty={add}
      />
      {items.length > 0 && (
        <DataTable
          label="Issuers"
          columns={columnsFor((issuer) => setAsked({ what: "remove", issuer }))}
          items={items}
          keyOf={({ issuerId }) => issuerId}
          rowPx={40}
          hasMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      )}
      {asked?.what === "add" && <AddIssuer onClose={close} />}
      {asked?.what === "remove" && (
        <Confirm
          title={`Remove ${asked.issuer.iss}?`}
          description="Its tokens are refused from now on, and nobody it vouched for can sign in. Its users stay in the list."
          act="Remove the issuer"
          refused="The issuer was not removed"
          run={() => http.remove(pathOf("v1", "issuers", asked.issuer.issuerId))}
          onDone={() => {
            void queries.invalidateQueries({ queryKey: ["issuers"] });
            say("The issuer is removed");
          }}
          onClose={close}
        />
      )}
    </SettingsFrame>
  );
}

const columnsFor = (remove: (issuer: Issuer) => void): Column<Issuer>[] => [
  {
    head: "Issuer",
    width: "minmax(180px,1.2fr)",
    narrow: true,
    cell: ({ iss, audience, algorithm }) => (
      <>
        <span className="block truncate font-medium" title={iss}>
          {iss === "local" ? "Login links" : iss}
        </span>
        <span className="block truncate text-2xs text-muted md:hidden">
          {algorithm ? `${algorithm}, for ${audience}` : "built in"}
        </span>
      </>
    ),
  },
  {
    head: "Audience",
    width: "minmax(110px,0.8fr)",
    className: "text-muted",
    cell: ({ audience }) => <span title={audience}>{audience}</span>,
  },
  { head: "Signs by", width: "76px", className: "mono", cell: ({ algorithm }) => algorithm },
  {
    head: "Keys from",
    width: "minmax(150px,1.2fr)",
    className: "text-muted",
    cell: ({ jwksUrl, algorithm, iss }) => (
      <span title={jwksUrl}>
        {jwksUrl ?? (iss === "local" || !algorithm ? "built in" : "a shared secret")}
      </span>
    ),
  },
  {
    head: "Added",
    width: "104px",
    spare: true,
    className: "text-muted",
    cell: ({ createdAt }) => <When at={createdAt} />,
  },
  {
    head: "Id",
    width: "150px",
    spare: true,
    className: "text-faint",
    cell: ({ issuerId }) => <CopyId id={issuerId} label="issuer id" />,
  },
  {
    head: "Change",
    width: "90px",
    narrow: true,
    end: true,
    cell: (issuer) =>
      issuer.iss !== "local" && (
        <Button look="danger" onClick={() => remove(issuer)} aria-label={`Remove ${issuer.iss}`}>
          Remove
        </Button>
      ),
  },
];
