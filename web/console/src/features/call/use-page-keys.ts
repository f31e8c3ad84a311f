import { useEffect, useRef } from "react";

export interface PageKeys {
  move: (key: string, focus: boolean) => boolean;
  raw: () => void;
  /** False where there was nothing to leave. */
  leave: () => boolean;
  find: () => void;
  goTo: () => void;
  copyLink: () => void;
  zoom: (factor: number) => void;
  fit: () => void;
  help: () => void;
}

const TYPING = "input, textarea, select, [contenteditable=true]";
/** Where these keys have a meaning already. */
const BUSY = "a, button, input, [role=log], [role=dialog]";

function act(keys: PageKeys, event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : document.body;
  const idle = !target.matches(BUSY);
  switch (event.key) {
    case "Enter":
      if (!idle) return false;
      keys.raw();
      return true;
    case "Escape":
      return keys.leave();
    case "/":
      keys.find();
      return true;
    case "g":
      keys.goTo();
      return true;
    case "c":
      keys.copyLink();
      return true;
    case "+":
    case "=":
      keys.zoom(2);
      return true;
    case "-":
      keys.zoom(1 / 2);
      return true;
    case "0":
      keys.fit();
      return true;
    case "?":
      keys.help();
      return true;
    default:
      return keys.move(event.key, idle);
  }
}

/** The keys of the page, wherever the focus is, except where someone types or another question is open. */
export function usePageKeys(keys: PageKeys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.matches(TYPING)) return;
      if (document.querySelector("[role=dialog], [role=alertdialog]")) return;
      if (act(latest.current, event)) event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
