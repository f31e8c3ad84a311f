import type { ReactNode } from "react";
import { Spinner } from "./button.tsx";

/** Shown while the first answer is on its way. */
export function Loading({ what }: { what: string }) {
  return (
    <div className="flex items-center justify-center gap-2 p-10 text-muted">
      <Spinner /> Loading {what}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="mx-auto grid max-w-md justify-items-center gap-2 px-4 py-14 text-center">
      <p className="text-lg font-semibold tracking-tight">{title}</p>
      {children}
    </div>
  );
}
