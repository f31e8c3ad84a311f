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

interface EmptyProps {
  title: string;
  /** True where the title is all that the page is about. */
  whole?: boolean;
  children?: ReactNode;
}

export function Empty({ title, whole = false, children }: EmptyProps) {
  const Title = whole ? "h1" : "h2";
  return (
    <div className="mx-auto grid max-w-md justify-items-center gap-2 px-4 py-14 text-center">
      <Title className="text-lg font-semibold tracking-tight">{title}</Title>
      {children}
    </div>
  );
}
