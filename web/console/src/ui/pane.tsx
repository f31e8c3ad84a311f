import { X } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import { Button } from "./button.tsx";
import { useTight } from "./use-narrow.ts";

interface PaneProps {
  /** What the pane is, for those who hear it. */
  label: string;
  title: ReactNode;
  actions?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

/** Details of what is chosen in a list: beside it, or over the page where there is no room. Escape closes. */
export function Pane({ label, title, actions, onClose, children }: PaneProps) {
  const tight = useTight();
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!tight) return undefined;
    const from = document.activeElement;
    close.current?.focus();
    return () => {
      if (from instanceof HTMLElement && from.isConnected) from.focus();
    };
  }, [tight]);
  useEffect(() => {
    const onKey = (key: KeyboardEvent) => {
      const inDialog = key.target instanceof Element && key.target.closest("[role=dialog]") !== null;
      if (key.key === "Escape" && !key.defaultPrevented && !inDialog) onClose();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [onClose]);
  return (
    <aside
      aria-label={label}
      className="card flex min-h-0 min-w-0 flex-col overflow-hidden max-xl:fixed max-xl:inset-y-0 max-xl:right-0 max-xl:z-30 max-xl:w-full max-xl:max-w-[520px] max-xl:rounded-none max-xl:border-y-0 max-xl:shadow-2xl"
    >
      <div className="flex h-9 shrink-0 items-center gap-2 border-b border-line pr-1.5 pl-3">
        <h2 className="flex min-w-0 items-center gap-2 truncate font-semibold">{title}</h2>
        <span className="flex-1" />
        {actions}
        <Button
          ref={close}
          look="quiet"
          className="px-1.5"
          aria-label="Close the details"
          title="Close (Escape)"
          onClick={onClose}
        >
          <X size={15} aria-hidden />
        </Button>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
    </aside>
  );
}

/** Names and values, one under another. */
export function Facts({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1 border-b border-line/60 px-3 py-2.5">
      {children}
    </dl>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
