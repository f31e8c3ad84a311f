import { asApiError, type Me } from "@callboard/api";
import { useQuery } from "@tanstack/react-query";
import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { meQuery } from "../core/client.ts";
import { Live } from "../core/live.tsx";
import { Button } from "../ui/button.tsx";
import { ProblemNote } from "../ui/problem.tsx";
import { Loading } from "../ui/states.tsx";
import { Nav, NavSheet } from "./nav.tsx";
import { OfflineLine } from "./offline.tsx";
import { TopBar } from "./top-bar.tsx";

const loadPalette = () => import("./palette.tsx");
const Palette = lazy(() => loadPalette().then(({ Palette: component }) => ({ default: component })));

/** The frame of all pages behind the sign-in. */
export function Shell() {
  const me = useQuery(meQuery);
  if (me.isPending) return <Loading what="your account" />;
  // A signed-in page stays where it is when its account cannot be read again for a moment.
  if (me.isError && !me.data) {
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
      <Frame me={me.data} />
    </Live>
  );
}

function Frame({ me }: { me: Me }) {
  const [menu, setMenu] = useState(false);
  const [palette, setPalette] = usePalette();
  return (
    <div className="grid h-full grid-rows-[44px_1fr] lg:grid-cols-[176px_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-accent px-3 py-1.5 text-on-accent focus:not-sr-only focus:absolute focus:m-2"
      >
        Skip to the page
      </a>
      <TopBar me={me} onMenu={() => setMenu(true)} onPalette={() => setPalette(true)} />
      <Nav me={me} />
      <NavSheet me={me} open={menu} onOpenChange={setMenu} />
      <div className="flex min-h-0 min-w-0 flex-col">
        <OfflineLine />
        <Main />
      </div>
      {palette && (
        <Suspense fallback={null}>
          <Palette me={me} onClose={() => setPalette(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** Ctrl+K or ⌘K, from anywhere. */
function usePalette() {
  const [open, setOpen] = useState(false);
  // Fetched before it is asked for, so that no letter typed after the keys goes elsewhere.
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette().catch(() => undefined), 1_000);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      if (event.altKey || event.shiftKey) return;
      event.preventDefault();
      setOpen((now) => !now);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return [open, setOpen] as const;
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
    <main ref={main} id="main" tabIndex={-1} className="min-h-0 min-w-0 flex-1 overflow-y-auto outline-none">
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
