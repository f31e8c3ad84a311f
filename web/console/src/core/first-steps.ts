import { useSyncExternalStore } from "react";

/** Whether the first steps are shown: by themselves while there is little else to see, or as a person chose. */
export type FirstSteps = "auto" | "shown" | "hidden";

const KEY = "callboard.first-steps";
const listeners = new Set<() => void>();

function stored(): FirstSteps {
  try {
    const value = localStorage.getItem(KEY);
    return value === "shown" || value === "hidden" ? value : "auto";
  } catch {
    return "auto";
  }
}

let current: FirstSteps | undefined;
const read = (): FirstSteps => (current ??= stored());

export function chooseFirstSteps(choice: FirstSteps): void {
  current = choice;
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

const listen = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useFirstSteps = (): FirstSteps => useSyncExternalStore(listen, read);
