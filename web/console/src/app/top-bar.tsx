import { useSocketStatus } from "@callboard/api/react";
import type { Me } from "@callboard/api";
import { Link } from "@tanstack/react-router";
import { LogOut, Menu, Search } from "lucide-react";
import { signOut } from "../core/client.ts";
import { Button } from "../ui/button.tsx";
import { cx } from "../ui/class-names.ts";
import { Dot, Logo } from "../ui/marks.tsx";
import { ThemeSwitch } from "../ui/theme.tsx";
import { HelpMenu } from "./help-menu.tsx";

interface TopBarProps {
  me: Me;
  onMenu: () => void;
  onPalette: () => void;
}

export function TopBar({ me, onMenu, onPalette }: TopBarProps) {
  const who = me.principal.displayName ?? (me.principal.kind === "key" ? "API key" : undefined);
  return (
    <header className="flex items-center gap-2 border-b border-line bg-panel px-2 lg:col-span-2 md:px-3.5">
      <Button look="quiet" className="px-1.5 lg:hidden" aria-label="Pages" onClick={onMenu}>
        <Menu size={17} aria-hidden />
      </Button>
      <Link to="/calls" className="flex items-center gap-2 rounded font-semibold tracking-tight lg:w-[161px]">
        <Logo />
        Callboard
      </Link>
      <PaletteButton onPress={onPalette} />
      <div className="ml-auto flex min-w-0 items-center gap-0.5 text-muted md:gap-1">
        <LiveMark />
        <span
          className="mx-1.5 hidden min-w-0 truncate border-l border-line pl-2.5 sm:inline"
          title={`Tenant ${me.principal.tenantName}, ${me.principal.tenantId}`}
        >
          {me.principal.tenantName}
          {who && <span className="text-faint"> · {who}</span>}
        </span>
        <HelpMenu />
        <ThemeSwitch />
        <Button
          look="quiet"
          aria-label="Sign out"
          title="Sign out"
          onClick={() => void signOut()}
          className="px-1.5"
        >
          <LogOut size={15} aria-hidden />
        </Button>
      </div>
    </header>
  );
}

const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? "");

function PaletteButton({ onPress }: { onPress: () => void }) {
  return (
    <button
      type="button"
      onClick={onPress}
      aria-keyshortcuts={isMac ? "Meta+K" : "Control+K"}
      className="flex h-7 items-center gap-2 rounded-md border border-transparent px-1.5 text-muted transition-colors hover:border-edge max-md:ml-auto md:w-[300px] lg:w-[420px] md:min-w-0 md:border-line md:bg-bg md:px-2.5"
    >
      <Search size={14} aria-hidden className="shrink-0" />
      <span className="flex-1 truncate text-left max-md:sr-only">Go to, or search calls and transcripts</span>
      <kbd className="mono hidden rounded border border-line bg-raised px-1.5 !text-[10.5px] leading-[16px] md:inline">
        {isMac ? "⌘ K" : "Ctrl K"}
      </kbd>
    </button>
  );
}

const WORDS = {
  idle: ["connecting", "warn"],
  open: ["live", "ok"],
  connecting: ["connecting", "warn"],
  waiting: ["offline, trying again", "warn"],
  refused: ["not signed in", "bad"],
  stopped: ["stopped", "calm"],
} as const;

const INKS = { ok: "text-ok", warn: "text-warn pulse", bad: "text-bad", calm: "text-faint" };

function LiveMark() {
  const [word, tone] = WORDS[useSocketStatus()];
  return (
    <span
      className="mr-1 flex items-center gap-1.5 whitespace-nowrap"
      role="status"
      aria-label={`Connection: ${word}`}
    >
      <Dot tone={tone} className={cx(INKS[tone])} />
      <span className={tone === "ok" ? "" : "max-sm:sr-only"}>{word}</span>
    </span>
  );
}
