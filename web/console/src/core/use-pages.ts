import type { Page } from "@callboard/api";
import { useInfiniteQuery, type QueryKey } from "@tanstack/react-query";
import { useMemo } from "react";
import { http } from "./client.ts";
import type { QueryValues } from "./http.ts";

interface PagesOptions {
  /** Rows of a page. */
  limit?: number;
  /** Reads the list again that often while it is short; a long one is read again when asked for. */
  everyMs?: number;
  enabled?: boolean;
}

/** More loaded pages than these are not read again by themselves. */
const FEW = 3;

/** A list of the API, page by page. */
export function usePages<T>(
  queryKey: QueryKey,
  path: string,
  query: QueryValues = {},
  { limit = 50, everyMs, enabled = true }: PagesOptions = {},
) {
  const list = useInfiniteQuery({
    queryKey,
    enabled,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => http.get<Page<T>>(path, { ...query, limit, cursor: pageParam }),
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: ({ state }) =>
      everyMs !== undefined && (state.data?.pages.length ?? 0) <= FEW ? everyMs : false,
  });
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  return { list, items };
}
