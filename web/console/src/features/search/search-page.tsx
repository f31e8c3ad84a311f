import { Link, useNavigate } from "@tanstack/react-router";
import { Search, X } from "lucide-react";
import { useEffect, useState, type FormEvent } from "react";
import { isAbsent } from "../../core/http.ts";
import { compact } from "../../core/search-text.ts";
import { Button } from "../../ui/button.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { fineClockText, shortId } from "../../ui/format.ts";
import { ListState } from "../../ui/notes.tsx";
import { SessionLink } from "../../ui/object-link.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty } from "../../ui/states.tsx";
import { When } from "../../ui/when.tsx";
import { placeOf, type Hit } from "./hit.ts";
import { dayStart, type SearchSearch } from "./search.ts";
import { Snippet } from "./snippet.tsx";
import { FEWEST, useTranscriptSearch } from "./use-search.ts";

/** What was said, in all calls. */
export function SearchPage({ search }: { search: SearchSearch }) {
  const { q = "", from, until, session } = search;
  const asked = q.trim().length >= FEWEST;
  const { list, items } = useTranscriptSearch({
    q,
    from: dayStart(from),
    until: dayStart(until, 1),
    sessionId: session,
  });
  return (
    <Page title="Search" lead="What was said, in the final words of all transcripts. The newest first.">
      <SearchForm search={search} />
      {!asked && <HowToAsk />}
      {asked && list.isError && isAbsent(list.error) && (
        <Empty title="This installation cannot search yet">
          <p className="text-muted">
            The server does not know the search over transcripts; it is older than this page. Each call still
            shows its own transcript.
          </p>
        </Empty>
      )}
      {asked && !(list.isError && isAbsent(list.error)) && (
        <ListState
          list={list}
          what="the transcripts"
          isEmpty={items.length === 0}
          emptyTitle="Nobody said that"
          empty={
            <p className="text-muted">
              All words have to be in one utterance; the last may be the beginning of a word. Accents and case
              do not matter.
            </p>
          }
        />
      )}
      {items.length > 0 && (
        <DataTable
          label="Found"
          columns={COLUMNS}
          items={items}
          keyOf={(hit) => `${hit.sessionId} ${hit.utteranceId} ${hit.sequence}`}
          hasMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      )}
    </Page>
  );
}

const COLUMNS: Column<Hit>[] = [
  { head: "Said", width: "100px", className: "text-muted", cell: ({ at }) => <When at={at} /> },
  { head: "By", width: "minmax(60px,110px)", className: "font-medium", cell: ({ speaker }) => speaker },
  {
    head: "Words",
    width: "minmax(200px,1fr)",
    narrow: true,
    cell: (hit, reach) => (
      <>
        <span className="flex gap-2 truncate text-2xs text-faint md:hidden">
          {hit.speaker} <When at={hit.at} />
        </span>
        <Link {...reach} {...placeOf(hit)} title={hit.text}>
          <Snippet hit={hit} />
        </Link>
      </>
    ),
  },
  {
    head: "Into call",
    width: "64px",
    end: true,
    className: "mono text-faint",
    cell: ({ startMs }) => <span title={`${startMs} ms into the call`}>{fineClockText(startMs)}</span>,
  },
  { head: "Call", apart: true, width: "132px", cell: ({ sessionId }) => <SessionLink id={sessionId} /> },
];

function HowToAsk() {
  return (
    <Empty title="Look for words that were said">
      <p className="text-muted">
        Two letters or more. A hit opens its call at that moment. <kbd className="mono">Ctrl K</kbd> searches
        from anywhere.
      </p>
    </Empty>
  );
}

function SearchForm({ search }: { search: SearchSearch }) {
  const navigate = useNavigate({ from: "/search" });
  const [text, setText] = useState(search.q ?? "");
  useEffect(() => setText(search.q ?? ""), [search.q]);
  const place = (change: { [K in keyof SearchSearch]?: SearchSearch[K] | undefined }) =>
    void navigate({ search: (old) => compact({ ...old, ...change }), replace: true });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    place({ q: text.trim() || undefined });
  };
  return (
    <form role="search" onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <Field label="Words" className="min-w-[min(100%,260px)] flex-1 md:max-w-xl">
        {(control) => (
          <Input
            {...control}
            type="search"
            autoFocus={!search.q}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      {DAYS.map(([label, end]) => (
        <Field key={end} label={label}>
          {(control) => (
            <Input
              {...control}
              type="date"
              value={search[end] ?? ""}
              onChange={(event) => place({ [end]: event.target.value || undefined })}
            />
          )}
        </Field>
      ))}
      {search.session && (
        <Button
          className="!h-8"
          onClick={() => place({ session: undefined })}
          title={`Only call ${search.session}`}
        >
          Call <span className="mono">{shortId(search.session)}</span>
          <X size={13} aria-label="search all calls" />
        </Button>
      )}
      <Button type="submit" look="primary" className="!h-8">
        <Search size={14} aria-hidden />
        Search
      </Button>
    </form>
  );
}

const DAYS = [
  ["From day", "from"],
  ["To day", "until"],
] as const;
