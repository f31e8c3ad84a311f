import type { Page } from "@callboard/api";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { http } from "../../core/client.ts";
import { usePages } from "../../core/use-pages.ts";
import type { Hit } from "./hit.ts";

const PATH = "/v1/search/transcripts";

/** Fewer letters than this find everything and say nothing. */
export const FEWEST = 2;

export interface SearchFilter {
  q: string;
  from?: string | undefined;
  until?: string | undefined;
  sessionId?: string | undefined;
}

export function useTranscriptSearch({ q, from, until, sessionId }: SearchFilter) {
  const query = { q: q.trim(), from, until, sessionId };
  return usePages<Hit>(["search", query], PATH, query, { enabled: query.q.length >= FEWEST });
}

/** The first few hits while someone still types. */
export function useQuickSearch(text: string, enabled: boolean) {
  const q = useSettled(text.trim(), 220);
  return useQuery({
    queryKey: ["search", "quick", q],
    queryFn: () => http.get<Page<Hit>>(PATH, { q, limit: 6 }),
    enabled: enabled && q.length >= FEWEST,
    retry: false,
    select: (page) => page.items,
  });
}

/** A value once it has been left alone for a moment. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
