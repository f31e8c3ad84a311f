import { useNavigate } from "@tanstack/react-router";
import { CircleHelp, ExternalLink } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { chooseFirstSteps } from "../core/first-steps.ts";
import { Button } from "../ui/button.tsx";

const ITEM =
  "flex h-8 w-full items-center gap-2 rounded-md px-2 text-left font-medium text-ink hover:bg-raised focus-visible:-outline-offset-2";

/** Where to read on, and the first steps again. */
export function HelpMenu() {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const navigate = useNavigate();
  useEffect(() => {
    if (!open) return undefined;
    const onPress = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    addEventListener("pointerdown", onPress);
    return () => removeEventListener("pointerdown", onPress);
  }, [open]);
  const close = () => setOpen(false);
  return (
    <div
      ref={box}
      className="relative"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.preventDefault();
        close();
        button.current?.focus();
      }}
      onBlur={(event) => {
        if (event.relatedTarget && !box.current?.contains(event.relatedTarget)) close();
      }}
    >
      <Button
        ref={button}
        look="quiet"
        className="px-1.5"
        aria-label="Help"
        title="Help"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <CircleHelp size={15} aria-hidden />
      </Button>
      {open && (
        <div className="card sheet absolute top-8 right-0 z-30 w-60 p-1 shadow-xl" data-state="open">
          <button
            type="button"
            className={ITEM}
            onClick={() => {
              chooseFirstSteps("shown");
              close();
              void navigate({ to: "/calls" });
            }}
          >
            First five minutes
          </button>
          {LINKS.map(({ href, name }) => (
            <a key={href} href={href} target="_blank" rel="noreferrer" className={ITEM} onClick={close}>
              <span className="flex-1">{name}</span>
              <ExternalLink size={13} className="text-faint" aria-label="in a new tab" />
            </a>
          ))}
        </div>
      )}
    </div>
  );
}

const LINKS = [
  { href: "/manual/", name: "Documentation" },
  { href: "/docs", name: "API reference" },
  { href: "/openapi.json", name: "OpenAPI document" },
  { href: "/v1/schemas", name: "Schemas of the events" },
] as const;
