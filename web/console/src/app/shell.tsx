import { useSocketStatus } from "@callboard/api/react";
import { asApiError, type Me } from "@callboard/api";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { LogOut, PhoneCall } from "lucide-react";
import { useEffect, useRef } from "react";
import { meQuery, signOut } from "../core/client.ts";
import { Live } from "../core/live.tsx";
import { Button } from "../ui/button.tsx";
import { cx } from "../ui/class-names.ts";
import { Dot, Logo } from "../ui/marks.tsx";
import { ProblemNote } from "../ui/problem.tsx";
import { Loading } from "../ui/states.tsx";
import { ThemeSwitch } from "../ui/theme.tsx";

/** The frame of all pages behind the sign-in. */
export function Shell() {
  const me = useQuery(meQuery);
  if (me.isPending) return <Loading what="your account" />;
  if (me.isError) {
    return (
      <div className="mx-auto mt-24 max-w-lg px-4">
        <ProblemNote error={asApiError(me.error)} what="Callboard does not answer as it should">
          <Button onClick={() => void me.refetch()}>Try again</Button>
        </ProblemNote>
      </div>
    );
  }
  if (!me.data) return <ToSignIn />;
  return (
    <Live>
      <div className="grid h-full grid-rows-[44px_1fr] md:grid-cols-[176px_1fr]">
        <a
          href="#main"
          className="sr-only z-50 rounded-md bg-accent px-3 py-1.5 text-on-accent focus:not-sr-only focus:absolute focus:m-2"
        >
          Skip to the page
        </a>
        <TopBar me={me.data} />
        <Nav />
        <Main />
      </div>
    </Live>
  );
}

/** The page itself. Another page takes the focus, so that the keyboard does not begin at the top again. */
function Main() {
  const path = useLocation({ select: (location) => location.pathname });
  const main = useRef<HTMLElement>(null);
  const last = useRef(path);
  useEffect(() => {
    if (last.current !== path) main.current?.focus({ preventScroll: true });
    last.current = path;
  }, [path]);
  return (
    <main ref={main} id="main" tabIndex={-1} className="min-h-0 min-w-0 overflow-y-auto outline-none">
      <Outlet />
    </main>
  );
}

/** Goes to the sign-in once, and remembers where from. */
function ToSignIn() {
  const navigate = useNavigate();
  const went = useRef(false);
  useEffect(() => {
    if (went.current) return;
    went.current = true;
    const here = location.pathname + location.search;
    const next = here === "/calls" || here === "/" ? undefined : here;
    void navigate({ to: "/login", search: next ? { next } : {}, replace: true });
  }, [navigate]);
  return null;
}

function TopBar({ me }: { me: Me }) {
  const who = me.principal.displayName ?? (me.principal.kind === "key" ? "API key" : undefined);
  return (
    <header className="flex items-center gap-3 border-b border-line bg-panel px-3.5 md:col-span-2">
      <Link to="/calls" className="flex items-center gap-2 rounded font-semibold tracking-tight">
        <Logo />
        Callboard
      </Link>
      <div className="ml-auto flex min-w-0 items-center gap-2.5 text-muted">
        <LiveMark />
        <span className="text-faint" aria-hidden>
          ·
        </span>
        <span className="truncate" title={`Tenant ${me.principal.tenantId}`}>
          {me.principal.tenantName}
        </span>
        {who && <span className="hidden truncate text-faint sm:inline">{who}</span>}
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

const WORDS = {
  idle: ["live", "ok"],
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
    <span className="flex items-center gap-1.5 whitespace-nowrap" aria-live="polite">
      <Dot tone={tone} className={INKS[tone]} />
      {word}
    </span>
  );
}

function Nav() {
  return (
    <nav
      aria-label="Pages"
      className="hidden flex-col gap-px border-r border-line bg-panel px-2 py-2.5 md:flex"
    >
      <Link
        to="/calls"
        className={cx("flex items-center gap-2 rounded-md px-2 py-1.5 font-medium text-muted hover:text-ink")}
        activeProps={{ className: "bg-raised !text-ink" }}
      >
        <PhoneCall size={14} aria-hidden />
        Calls
      </Link>
    </nav>
  );
}
