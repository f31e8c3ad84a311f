import { Dialog as Radix } from "radix-ui";
import { useRef, type ReactNode } from "react";
import { cx } from "./class-names.ts";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** One sentence that says what will happen. */
  description: ReactNode;
  /** For forms with more than a question in them. */
  wide?: boolean;
  children?: ReactNode;
}

/** A question over the page. Focus goes in, stays in, and returns to where it was. */
export function Dialog({ open, onOpenChange, title, description, wide = false, children }: DialogProps) {
  const cameFrom = useRef<Element | null>(null);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="veil fixed inset-0 z-40 bg-[oklch(15%_0.01_255/0.45)]" />
        <Radix.Content
          onOpenAutoFocus={() => {
            cameFrom.current = document.activeElement;
          }}
          onCloseAutoFocus={(event) => {
            // Radix knows only triggers of its own.
            event.preventDefault();
            if (cameFrom.current instanceof HTMLElement) cameFrom.current.focus();
          }}
          className={cx(
            "sheet card fixed inset-x-3 z-50 mx-auto grid gap-3 overflow-y-auto p-5 shadow-2xl",
            wide ? "top-[6vh] max-h-[88vh] max-w-2xl" : "top-[18vh] max-h-[78vh] max-w-md",
          )}
        >
          <Radix.Title className="text-lg font-semibold tracking-tight">{title}</Radix.Title>
          <Radix.Description className="text-muted">{description}</Radix.Description>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
