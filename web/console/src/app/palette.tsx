import { type Me, type Session } from "@callboard/api";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { api, signOut } from "../core/client.ts";
import { chooseFirstSteps } from "../core/first-steps.ts";
import { may } from "../core/may.ts";
import { useStartCall } from "../features/calls/use-start-call.ts";
import { titleOf } from "../features/calls/title.ts";
import { placeOf, type Hit } from "../features/search/hit.ts";
import { Snippet } from "../features/search/snippet.tsx";
import { useQuickSearch, useSettled } from "../features/search/use-search.ts";
import { cx } from "../ui/class-names.ts";
import { chooseTheme } from "../ui/theme.tsx";
import { GROUPS, MORE } from "./pages.ts";
import { findCalls, matches, mayBeId, type PaletteItem } from "./palette-items.ts";

interface Choice extends Omit<PaletteItem, "name"> {
  name: ReactNode;
  run: () => void;
}

interface PaletteProps {
  me: Me;
  onClose: () => void;
}

/** Goes anywhere and does the daily things, by a few letters. */
export function Palette({ me, onClose }: PaletteProps) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const { choices, note } = useChoices(me, text.trim());
  const current = Math.min(at, choices.length - 1);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [current]);
  const run = (choice: Choice | undefined) => {
    if (!choice) return;
    onClose();
    choice.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (event.key === "Enter" && !event.nativeEvent.isComposing) run(choices[current]);
    else if (step) setAt((current + step + choices.length) % Math.max(1, choices.length));
    else return;
    event.preventDefault();
  };
  const onText = (value: string) => {
    setText(value);
    setAt(0);
  };
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="veil fixed inset-0 z-40 bg-[oklch(15%_0.01_255/0.45)]" />
        <Radix.Content
          aria-describedby={undefined}
          className="sheet card fixed inset-x-3 top-[10vh] z-50 mx-auto flex max-h-[70vh] max-w-xl flex-col overflow-hidden shadow-2xl"
        >
          <Radix.Title className="sr-only">Go to, or do</Radix.Title>
          <PaletteInput
            text={text}
            onText={onText}
            onKeyDown={onKeyDown}
            current={current}
            count={choices.length}
          />
          <div
            ref={list}
            id="palette-list"
            role="listbox"
            aria-label="Found"
            className="overflow-y-auto p-1.5"
          >
            {choices.map((choice, index) => (
              <Option
                key={`${choice.group} ${choice.id}`}
                choice={choice}
                index={index}
                first={choices[index - 1]?.group !== choice.group}
                chosen={index === current}
                onPoint={() => setAt(index)}
                onRun={() => run(choice)}
              />
            ))}
          </div>
          {note && <p className="border-t border-line px-3.5 py-2 text-muted">{note}</p>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

interface PaletteInputProps {
  text: string;
  onText: (text: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
  /** The option that Enter takes. */
  current: number;
  count: number;
}

function PaletteInput({ text, onText, onKeyDown, current, count }: PaletteInputProps) {
  return (
    <div className="flex h-11 shrink-0 items-center gap-2.5 border-b border-line px-3.5 text-muted">
      <Search size={15} aria-hidden />
      <input
        role="combobox"
        aria-label="Go to a page, open a call, search transcripts"
        aria-expanded={count > 0}
        aria-controls="palette-list"
        aria-activedescendant={count > 0 ? `palette-${current}` : undefined}
        autoComplete="off"
        spellCheck={false}
        value={text}
        placeholder="Go to a page, open a call by its id, search what was said"
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
        className="h-full min-w-0 flex-1 bg-transparent text-base text-ink outline-none"
      />
    </div>
  );
}

interface OptionProps {
  choice: Choice;
  index: number;
  /** The first of its group carries the group's name. */
  first: boolean;
  chosen: boolean;
  onPoint: () => void;
  onRun: () => void;
}

function Option({ choice, index, first, chosen, onPoint, onRun }: OptionProps) {
  return (
    <>
      {first && (
        <div role="presentation" className="px-2 pt-2 pb-0.5 text-2xs font-medium text-faint first:pt-0.5">
          {choice.group}
        </div>
      )}
      <div
        id={`palette-${index}`}
        role="option"
        aria-selected={chosen}
        onPointerMove={onPoint}
        onClick={onRun}
        className={cx(
          "flex min-h-8 cursor-pointer items-center gap-3 rounded-md px-2 py-1",
          chosen && "bg-accent/12",
        )}
      >
        <span className="min-w-0 flex-1 truncate font-medium">{choice.name}</span>
        {choice.hint && <span className="max-w-[40%] truncate text-muted">{choice.hint}</span>}
      </div>
    </>
  );
}

/** As many calls as one answer holds: the palette looks among the newest. */
const NEWEST = 100;

function useChoices(me: Me, text: string): { choices: Choice[]; note: string | undefined } {
  const pages = usePageChoices(me, text);
  const tasks = useTaskChoices(me, text);
  const calls = useCallChoices(text);
  const { hits, note } = useHitChoices(me, text);
  const choices = [...pages, ...tasks, ...calls, ...hits];
  const nothing = choices.length === 0 ? "Nothing is called that." : undefined;
  return { choices, note: nothing ?? note };
}

function usePageChoices(me: Me, text: string): Choice[] {
  const navigate = useNavigate();
  return [...GROUPS.flatMap((group) => group.pages), ...MORE]
    .filter(({ part }) => part === undefined || may(me, part))
    .filter(({ name, words }) => matches(text, name, words))
    .map(({ to, name }) => ({ id: to, group: "Pages", name, run: () => void navigate({ to }) }));
}

function useTaskChoices(me: Me, text: string): Choice[] {
  const navigate = useNavigate();
  const start = useStartCall({ toastRefusal: true });
  const tasks: (Choice & { words: string; allowed?: boolean })[] = [
    {
      id: "start",
      group: "Do",
      name: "Start a call",
      words: "new create",
      allowed: may(me, "start"),
      run: () => start.mutate(),
    },
    {
      id: "steps",
      group: "Do",
      name: "First five minutes",
      words: "help begin quickstart commands",
      run: () => {
        chooseFirstSteps("shown");
        void navigate({ to: "/calls" });
      },
    },
    ...(["light", "dark", "system"] as const).map((theme) => ({
      id: theme,
      group: "Do" as const,
      name: theme === "system" ? "Colours as the system has them" : `Colours: ${theme}`,
      words: `theme ${theme}`,
      run: () => chooseTheme(theme),
    })),
    { id: "out", group: "Do", name: "Sign out", words: "log out leave", run: () => void signOut() },
  ];
  const shown = text === "" ? tasks.slice(0, 2) : tasks;
  return shown.filter(({ allowed, name, words }) => allowed !== false && matches(text, String(name), words));
}

function useCallChoices(text: string): Choice[] {
  const navigate = useNavigate();
  const newest = useQuery({
    queryKey: ["calls", "newest"],
    queryFn: () => api.listSessions({ limit: NEWEST }),
    select: (page) => page.items,
  });
  const settled = useSettled(text, 250);
  const known = newest.data?.some((call) => call.sessionId === settled) ?? false;
  const named = useQuery({
    queryKey: ["call", settled],
    queryFn: () => api.session(settled),
    enabled: newest.isFetched && !known && mayBeId(settled),
    retry: false,
    staleTime: 10_000,
  });
  const open = (sessionId: string) => () => void navigate({ to: "/calls/$sessionId", params: { sessionId } });
  const byId: Session[] = named.data && named.data.sessionId === text ? [named.data] : [];
  return findCalls([...byId, ...(newest.data ?? [])], text, titleOf).map((item) => ({
    ...item,
    run: open(item.id),
  }));
}

function useHitChoices(me: Me, text: string): { hits: Choice[]; note: string | undefined } {
  const navigate = useNavigate();
  const allowed = may(me, "search");
  const found = useQuickSearch(text, allowed);
  if (!allowed || text.length < 2) return { hits: [], note: undefined };
  const all: Choice = {
    id: "all",
    group: "Transcripts",
    name: `Search transcripts for “${text}”`,
    run: () => void navigate({ to: "/search", search: { q: text } }),
  };
  const hits = (found.data ?? []).map((hit: Hit) => ({
    id: `${hit.sessionId} ${hit.sequence}`,
    group: "Transcripts" as const,
    name: <Snippet hit={hit} />,
    hint: hit.speaker,
    run: () => void navigate(placeOf(hit)),
  }));
  return { hits: [...hits, all], note: undefined };
}
