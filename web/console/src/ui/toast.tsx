import { useSyncExternalStore } from "react";

interface Toast {
  id: number;
  text: string;
}

let toasts: readonly Toast[] = [];
let ids = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says something for a few seconds, where nothing else on the page would. */
export function say(text: string): void {
  const toast = { id: ++ids, text };
  set([...toasts.slice(-2), toast]);
  setTimeout(() => set(toasts.filter((other) => other !== toast)), 4000);
}

const listen = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function Toasts() {
  const shown = useSyncExternalStore(listen, () => toasts);
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-4 z-60 grid justify-items-center gap-2"
    >
      {shown.map((toast) => (
        <div
          key={toast.id}
          data-state="open"
          className="sheet rounded-lg border border-edge bg-raised px-3.5 py-2 font-medium shadow-lg"
        >
          {toast.text}
        </div>
      ))}
    </div>
  );
}
