import { ChevronDown } from "lucide-react";
import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import { cx } from "./class-names.ts";

interface MenuButtonProps {
  label: ReactNode;
  className?: string;
  /** Which edge of the button the list hangs on. */
  align?: "left" | "right";
  /** What opens: links and buttons. `close` is for those that stay on the page. */
  children: (close: () => void) => ReactNode;
}

/** A button that opens a short list below it. Escape, a press elsewhere, or leaving by Tab closes it. */
export function MenuButton({ label, className, align = "right", children }: MenuButtonProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return undefined;
    const outside = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, [open]);
  return (
    <div
      ref={box}
      className="relative"
      onBlur={(event) => {
        if (event.relatedTarget && !box.current?.contains(event.relatedTarget)) setOpen(false);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.preventDefault();
        event.stopPropagation();
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        aria-expanded={open}
        aria-controls={id}
        className={className}
        onClick={() => setOpen(!open)}
      >
        {label}
        <ChevronDown size={11} aria-hidden className={cx("transition-transform", open && "rotate-180")} />
      </button>
      {open && (
        <div
          id={id}
          data-state="open"
          className={cx(
            "sheet absolute top-full z-30 mt-1 grid w-max min-w-44 gap-px rounded-lg border border-edge bg-panel p-1 shadow-xl",
            align === "right" ? "right-0" : "left-0",
          )}
        >
          {children(() => setOpen(false))}
        </div>
      )}
    </div>
  );
}

/** How an entry of such a list looks. */
export const MENU_ITEM =
  "flex items-center justify-between gap-6 rounded-md px-2 py-1 text-left hover:bg-raised focus-visible:bg-raised -outline-offset-2";
