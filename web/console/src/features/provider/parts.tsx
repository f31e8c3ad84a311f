import { Link } from "@tanstack/react-router";
import { compact } from "../../core/search-text.ts";
import { cx } from "../../ui/class-names.ts";
import type { ProviderSearch } from "./search.ts";

const PARTS = [
  { show: undefined, name: "Deliveries" },
  { show: "requests", name: "API requests" },
] as const;

/** The two sides of the log. A call that is filtered for stays so on the other side. */
export function Parts({ search }: { search: ProviderSearch }) {
  return (
    <nav aria-label="Parts of the log" className="flex flex-wrap gap-1">
      {PARTS.map(({ show, name }) => {
        const current = search.show === show;
        return (
          <Link
            key={name}
            to="/provider"
            search={compact({ show, session: search.session })}
            activeOptions={{ exact: true, explicitUndefined: true }}
            activeProps={{}}
            aria-current={current ? "page" : undefined}
            className={cx(
              "rounded-md px-2.5 py-1 font-medium transition-colors hover:text-ink",
              current ? "bg-raised text-ink" : "text-muted",
            )}
          >
            {name}
          </Link>
        );
      })}
    </nav>
  );
}
