import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { cx } from "./class-names.ts";

export const CHIP =
  "inline-flex items-center gap-1.5 rounded-full border border-line px-2.5 py-0.5 text-xs font-medium whitespace-nowrap text-muted transition-colors hover:border-edge hover:text-ink aria-[current=true]:border-accent/50 aria-[current=true]:bg-accent/10 aria-[current=true]:text-accent aria-[current=page]:border-accent/50 aria-[current=page]:bg-accent/10 aria-[current=page]:text-accent aria-pressed:border-accent/50 aria-pressed:bg-accent/10 aria-pressed:text-accent";

interface ChipLinkProps {
  to: LinkProps["to"];
  params?: LinkProps["params"];
  search: object;
  current: boolean;
  children: ReactNode;
}

/** One choice of a row of filters, kept in the address. */
export function ChipLink({ to, params, search, current, children }: ChipLinkProps) {
  return (
    <Link
      to={to}
      params={params}
      search={search as LinkProps["search"]}
      replace
      activeOptions={{ exact: true, explicitUndefined: true }}
      activeProps={{}}
      aria-current={current ? "true" : undefined}
      className={cx(CHIP)}
    >
      {children}
    </Link>
  );
}
