import { Plus } from "lucide-react";
import { useState } from "react";
import { serverNow } from "../../core/clock.ts";
import { usePages } from "../../core/use-pages.ts";
import type { ApiKey } from "../../core/wire.ts";
import { Button } from "../../ui/button.tsx";
import { CopyId } from "../../ui/copy-id.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { Badge } from "../../ui/marks.tsx";
import { ListState } from "../../ui/notes.tsx";
import { When } from "../../ui/when.tsx";
import { CreateKey } from "./create-key.tsx";
import { keyState } from "./key-state.ts";
import { RevokeKey, RotateKey } from "./key-dialogs.tsx";
import { SettingsFrame } from "./settings-page.tsx";

type Asked = { what: "create" } | { what: "rotate" | "revoke"; key: ApiKey };

/** The credentials of servers. */
export function KeysPage() {
  const { list, items } = usePages<ApiKey>(["keys"], "/v1/api-keys");
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  const create = (
    <Button look="primary" onClick={() => setAsked({ what: "create" })}>
      <Plus size={14} aria-hidden />
      New key
    </Button>
  );
  return (
    <SettingsFrame
      title="API keys"
      lead="A key is how a server speaks to Callboard. It does what its scopes say, in this tenant only."
      actions={items.length > 0 && create}
    >
      <ListState
        list={list}
        what="the keys"
        isEmpty={items.length === 0}
        emptyTitle="No keys yet"
        empty={create}
      />
      {items.length > 0 && (
        <DataTable
          label="API keys"
          columns={columnsFor(setAsked)}
          items={items}
          keyOf={({ keyId }) => keyId}
          rowPx={44}
          narrowRowPx={76}
          hasMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      )}
      {asked?.what === "create" && <CreateKey onClose={close} />}
      {asked?.what === "rotate" && <RotateKey apiKey={asked.key} onClose={close} />}
      {asked?.what === "revoke" && <RevokeKey apiKey={asked.key} onClose={close} />}
    </SettingsFrame>
  );
}

const columnsFor = (ask: (asked: Asked) => void): Column<ApiKey>[] => [
  {
    head: "Name",
    width: "minmax(180px,1.1fr)",
    narrow: true,
    cell: (key) => <KeyName apiKey={key} />,
  },
  { head: "State", width: "138px", cell: (key) => <KeyStateMark apiKey={key} /> },
  {
    head: "May",
    width: "minmax(140px,1.4fr)",
    spare: true,
    className: "text-muted",
    cell: ({ scopes }) => <span title={scopes.join("\n")}>{scopes.join(", ")}</span>,
  },
  {
    head: "Made",
    width: "104px",
    spare: true,
    className: "text-muted",
    cell: (key) => <When at={key.createdAt} />,
  },
  {
    head: "Last used",
    width: "104px",
    className: "text-muted",
    cell: (key) => (key.lastUsedAt ? <When at={key.lastUsedAt} /> : "never"),
  },
  {
    head: "Expires",
    width: "104px",
    className: "text-muted",
    cell: (key) => (key.expiresAt ? <When at={key.expiresAt} /> : "never"),
  },
  {
    head: "Change",
    width: "160px",
    narrow: true,
    end: true,
    cell: (key) => !key.revokedAt && <KeyChanges apiKey={key} ask={ask} />,
  },
];

function KeyName({ apiKey }: { apiKey: ApiKey }) {
  return (
    <>
      <span className="block truncate font-medium">{apiKey.name}</span>
      <span className="block truncate text-faint">
        <CopyId id={apiKey.keyId} label="key id" />
        <span className="ml-2 max-lg:hidden" title={`Its secret begins with ${apiKey.prefix}`}>
          <CopyId id={apiKey.prefix} label="beginning of the secret" />
        </span>
      </span>
      <span className="block truncate text-2xs text-muted md:hidden">
        <KeyStateMark apiKey={apiKey} />{" "}
        {apiKey.lastUsedAt ? (
          <>
            used <When at={apiKey.lastUsedAt} />
          </>
        ) : (
          "never used"
        )}
      </span>
    </>
  );
}

function KeyChanges({ apiKey, ask }: { apiKey: ApiKey; ask: (asked: Asked) => void }) {
  return (
    <span className="flex justify-end gap-1.5 max-md:flex-col">
      <Button onClick={() => ask({ what: "rotate", key: apiKey })} aria-label={`Rotate ${apiKey.name}`}>
        Rotate
      </Button>
      <Button
        look="danger"
        onClick={() => ask({ what: "revoke", key: apiKey })}
        aria-label={`Revoke ${apiKey.name}`}
      >
        Revoke
      </Button>
    </span>
  );
}

function KeyStateMark({ apiKey }: { apiKey: ApiKey }) {
  const { word, tone } = keyState(apiKey, serverNow());
  const old =
    !apiKey.revokedAt &&
    apiKey.oldSecretUntil !== undefined &&
    Date.parse(apiKey.oldSecretUntil) > serverNow();
  return (
    <Badge
      tone={tone}
      title={old ? `The secret before the last rotation works until ${apiKey.oldSecretUntil}` : undefined}
    >
      {word}
      {old && ", 2 secrets"}
    </Badge>
  );
}
