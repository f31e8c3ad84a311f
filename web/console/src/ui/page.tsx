import type { ReactNode } from "react";

interface PageProps {
  title: string;
  /** Which part of the page is shown, for the browser's title. */
  part?: string;
  /** One sentence that says what the page is for. */
  lead?: ReactNode;
  /** Beside the title: filters. */
  beside?: ReactNode;
  /** At the end of the title's line: what can be done. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A page of the console: its title, what can be done, and then all the room for its matter. */
export function Page({ title, part, lead, beside, actions, children }: PageProps) {
  return (
    <div className="flex flex-col gap-3 px-3.5 py-3.5 sm:px-[18px] h-full">
      <title>{`${part ? `${part} · ` : ""}${title} · Callboard`}</title>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
        {beside}
        {actions && <div className="ml-auto flex flex-wrap gap-2">{actions}</div>}
        {lead && (
          <div className="-mt-1.5 w-full">
            <p className="max-w-3xl text-muted">{lead}</p>
          </div>
        )}
      </div>
      {children}
    </div>
  );
}
