import { Plus } from "lucide-react";
import { useState } from "react";
import { useMe } from "../../core/use-me.ts";
import { usePages } from "../../core/use-pages.ts";
import type { User } from "../../core/wire.ts";
import { Button } from "../../ui/button.tsx";
import { CopyId } from "../../ui/copy-id.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { Badge } from "../../ui/marks.tsx";
import { ListState } from "../../ui/notes.tsx";
import { When } from "../../ui/when.tsx";
import { LoginLinkHint } from "./login-link.tsx";
import { SettingsFrame } from "./settings-page.tsx";
import { UserDialog } from "./user-dialog.tsx";

type Asked = { what: "add" } | { what: "change" | "link"; user: User };

/** The people of the tenant and what they may do. */
export function UsersPage() {
  const me = useMe();
  const { list, items } = usePages<User>(["users"], "/v1/users");
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  const add = (
    <Button look="primary" onClick={() => setAsked({ what: "add" })}>
      <Plus size={14} aria-hidden />
      Add a user
    </Button>
  );
  return (
    <SettingsFrame
      title="Users"
      lead="People appear here when they first sign in by one of the issuers, or when they are added. Without a role they see their own calls only."
      actions={items.length > 0 && add}
    >
      <ListState
        list={list}
        what="the users"
        isEmpty={items.length === 0}
        emptyTitle="No users yet"
        empty={add}
      />
      {items.length > 0 && (
        <DataTable
          label="Users"
          columns={columnsFor(me?.principal.userId, setAsked)}
          items={items}
          keyOf={({ userId }) => userId}
          rowPx={44}
          narrowRowPx={76}
          hasMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      )}
      {asked?.what === "add" && <UserDialog onClose={close} />}
      {asked?.what === "change" && <UserDialog user={asked.user} onClose={close} />}
      {asked?.what === "link" && <LoginLinkHint user={asked.user} onClose={close} />}
    </SettingsFrame>
  );
}

const nameOf = (user: User): string => user.displayName ?? user.subject;

const columnsFor = (ownId: string | undefined, ask: (asked: Asked) => void): Column<User>[] => [
  {
    head: "Name",
    width: "minmax(150px,1.2fr)",
    narrow: true,
    cell: (user) => (
      <>
        <span className="block truncate font-medium">
          {nameOf(user)}
          {user.userId === ownId && <span className="font-normal text-faint"> · you</span>}
        </span>
        <span className="text-faint">
          <CopyId id={user.userId} label="user id" />
        </span>
        <span className="block truncate text-2xs text-muted md:hidden">
          {user.roles.join(", ") || "no role"}
          {user.disabled && ", disabled"}
        </span>
      </>
    ),
  },
  {
    head: "State",
    width: "116px",
    cell: ({ disabled }) => (
      <Badge tone={disabled ? "bad" : "ok"}>{disabled ? "disabled" : "may sign in"}</Badge>
    ),
  },
  {
    head: "Roles",
    width: "minmax(130px,1fr)",
    cell: ({ roles }) => (roles.length > 0 ? roles.join(", ") : <span className="text-faint">none</span>),
  },
  {
    head: "Vouched for by",
    width: "minmax(110px,1fr)",
    spare: true,
    className: "text-muted",
    cell: ({ issuer, subject }) => (
      <span title={`${issuer}, subject ${subject}`}>{issuer === "local" ? "login links" : issuer}</span>
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
    head: "Last seen",
    width: "104px",
    className: "text-muted",
    cell: ({ lastSeenAt }) => (lastSeenAt ? <When at={lastSeenAt} /> : "never"),
  },
  {
    head: "Change",
    width: "176px",
    narrow: true,
    end: true,
    cell: (user) => <UserActions user={user} ask={ask} />,
  },
];

function UserActions({ user, ask }: { user: User; ask: (asked: Asked) => void }) {
  return (
    <span className="flex justify-end gap-1.5 max-md:flex-col">
      {user.issuer === "local" && !user.disabled && (
        <Button onClick={() => ask({ what: "link", user })} aria-label={`Login link for ${nameOf(user)}`}>
          Login link
        </Button>
      )}
      <Button onClick={() => ask({ what: "change", user })} aria-label={`Change ${nameOf(user)}`}>
        Change
      </Button>
    </span>
  );
}
