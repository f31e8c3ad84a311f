import type { Me } from "@callboard/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { api } from "../core/client.ts";
import { may } from "../core/may.ts";
import { Button } from "../ui/button.tsx";
import { GROUPS, type PageLink } from "./pages.ts";

/** Beside the page, where there is room for it. */
export function Nav({ me }: { me: Me }) {
  return (
    <nav aria-label="Pages" className="hidden flex-col border-r border-line bg-panel px-2 py-2.5 lg:flex">
      <Groups me={me} />
    </nav>
  );
}

interface NavSheetProps {
  me: Me;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Over the page, on a phone. */
export function NavSheet({ me, open, onOpenChange }: NavSheetProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="veil fixed inset-0 z-40 bg-[oklch(15%_0.01_255/0.45)]" />
        <Radix.Content
          aria-describedby={undefined}
          className="veil fixed inset-y-0 left-0 z-50 flex w-[264px] flex-col border-r border-line bg-panel px-2.5 py-2.5 shadow-2xl"
        >
          <div className="mb-1.5 flex items-center pl-2">
            <Radix.Title className="min-w-0 flex-1 truncate font-semibold">
              {me.principal.tenantName}
            </Radix.Title>
            <Radix.Close asChild>
              <Button look="quiet" className="px-1.5" aria-label="Close the pages">
                <X size={16} aria-hidden />
              </Button>
            </Radix.Close>
          </div>
          <nav aria-label="Pages">
            <Groups me={me} roomy onGo={() => onOpenChange(false)} />
          </nav>
          {me.principal.displayName && (
            <p className="mt-auto truncate px-2 py-1 text-muted">{me.principal.displayName}</p>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Groups({ me, roomy = false, onGo }: { me: Me; roomy?: boolean; onGo?: () => void }) {
  const groups = GROUPS.map(({ name, pages }) => ({
    name,
    pages: pages.filter(({ part }) => part === undefined || may(me, part)),
  })).filter(({ pages }) => pages.length > 0);
  return groups.map(({ name, pages }, index) => (
    <ul
      key={name}
      aria-label={name}
      className={`flex flex-col gap-px ${index > 0 ? "mt-2 border-t border-line pt-2" : ""}`}
    >
      {pages.map((page) => (
        <li key={page.to}>
          <Entry page={page} roomy={roomy} onGo={onGo} />
        </li>
      ))}
    </ul>
  ));
}

interface EntryProps {
  page: PageLink;
  roomy: boolean;
  onGo: (() => void) | undefined;
}

function Entry({ page, roomy, onGo }: EntryProps) {
  const { to, name, icon: Icon } = page;
  return (
    <Link
      to={to}
      onClick={onGo}
      className={`flex items-center gap-2 rounded-md px-2 font-medium text-muted transition-colors hover:bg-raised/60 hover:text-ink ${roomy ? "h-10" : "h-[29px]"}`}
      activeProps={{ className: "bg-raised !text-ink" }}
    >
      <Icon size={14} aria-hidden />
      <span className="flex-1">{name}</span>
      {to === "/calls" && <ActiveCalls />}
    </Link>
  );
}

/** The most that one answer can hold. */
const MOST = 100;

/** How many calls are active now; nothing while that is not known. */
function ActiveCalls() {
  const active = useQuery({
    queryKey: ["calls", "active-count"],
    queryFn: () => api.listSessions({ status: "active", limit: MOST }),
    refetchInterval: 10_000,
    select: (page) => ({ count: page.items.length, more: page.nextCursor !== null }),
  });
  if (!active.data || active.data.count === 0) return null;
  const shown = active.data.more ? `${active.data.count}+` : String(active.data.count);
  return (
    <span className="text-xs font-medium text-faint" title={`${shown} active now`}>
      {shown}
      <span className="sr-only"> active</span>
    </span>
  );
}
