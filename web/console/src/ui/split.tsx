import type { ReactNode } from "react";
import { cx } from "./class-names.ts";

interface SplitProps {
  children: ReactNode;
  /** Details beside the list; where there is no room they cover the page. */
  pane?: ReactNode;
}

/** A list, and beside it the details of what is chosen. */
export function Split({ children, pane }: SplitProps) {
  return (
    <div
      className={cx(
        "grid min-h-0 flex-1 grid-rows-[minmax(0,1fr)] items-start gap-3 *:max-h-full",
        pane && "xl:grid-cols-[minmax(0,1fr)_minmax(320px,34%)] xl:*:last:h-full",
      )}
    >
      {children}
      {pane}
    </div>
  );
}
