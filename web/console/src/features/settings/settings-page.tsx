import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Part } from "../../core/may.ts";
import { may } from "../../core/may.ts";
import { useMe } from "../../core/use-me.ts";
import { Page } from "../../ui/page.tsx";

const TABS: readonly { to: `/settings/${string}`; name: string; part?: Part }[] = [
  { to: "/settings/keys", name: "API keys", part: "manage" },
  { to: "/settings/users", name: "Users", part: "manage" },
  { to: "/settings/issuers", name: "Issuers", part: "manage" },
  { to: "/settings/livekit", name: "LiveKit", part: "provider" },
  { to: "/settings/retention", name: "Retention", part: "eraseData" },
  { to: "/settings/service-levels", name: "Service levels", part: "levels" },
  { to: "/settings/about", name: "About" },
];

interface SettingsFrameProps {
  /** The part that is shown, for the page's title. */
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** What all parts of the settings have around them. */
export function SettingsFrame({ title, lead, actions, children }: SettingsFrameProps) {
  const me = useMe();
  return (
    <Page
      title="Settings"
      part={title}
      beside={
        <nav aria-label="Parts of the settings" className="flex flex-wrap gap-1">
          {TABS.filter(({ part }) => part === undefined || may(me, part)).map(({ to, name }) => (
            <Link
              key={to}
              to={to as "/settings/about"}
              className="rounded-md px-2.5 py-1 font-medium text-muted transition-colors hover:text-ink"
              activeProps={{ className: "bg-raised !text-ink" }}
            >
              {name}
            </Link>
          ))}
        </nav>
      }
      lead={lead}
      actions={actions}
    >
      {children}
    </Page>
  );
}
