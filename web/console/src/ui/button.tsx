import type { ButtonHTMLAttributes, Ref } from "react";
import { cx } from "./class-names.ts";

type Look = "plain" | "primary" | "danger" | "quiet";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  /** Shows that the press is being worked on; the button stays in place and takes no second press. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

const LOOKS: Record<Look, string> = {
  plain: "border-line bg-panel text-ink hover:border-edge hover:bg-raised",
  primary: "border-transparent bg-accent text-on-accent hover:opacity-90",
  danger: "border-line bg-panel text-bad hover:border-bad/50 hover:bg-bad/8",
  quiet: "border-transparent bg-transparent text-muted hover:bg-raised hover:text-ink",
};

export const buttonClass = (look: Look = "plain", extra?: string): string =>
  cx(
    "inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-md border px-2.5 font-medium whitespace-nowrap transition-colors select-none disabled:cursor-default disabled:opacity-55",
    LOOKS[look],
    extra,
  );

export function Button({ look, busy, className, disabled, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={buttonClass(look, className)}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

export function Spinner({ size = 13 }: { size?: number }) {
  return (
    <svg className="turning shrink-0" width={size} height={size} viewBox="0 0 22 22" fill="none" aria-hidden>
      <circle cx="11" cy="11" r="9" stroke="currentColor" strokeWidth="2.5" opacity=".25" />
      <path d="M11 2a9 9 0 0 1 9 9" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" />
    </svg>
  );
}
