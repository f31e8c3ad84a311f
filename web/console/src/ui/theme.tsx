import { Monitor, Moon, Sun } from "lucide-react";
import { useSyncExternalStore } from "react";

type Theme = "system" | "light" | "dark";

const KEY = "callboard.theme";
const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const ICONS = { system: Monitor, light: Sun, dark: Moon };
const NAMES = { system: "as the system", light: "light", dark: "dark" };

const listeners = new Set<() => void>();

function chosen(): Theme {
  const theme = document.documentElement.dataset["theme"];
  return theme === "light" || theme === "dark" ? theme : "system";
}

const listen = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function chooseTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

/** Light, dark, or as the system has it. */
export function ThemeSwitch() {
  const theme = useSyncExternalStore(listen, chosen);
  const Icon = ICONS[theme];
  const label = `Colours: ${NAMES[theme]}`;
  return (
    <button
      type="button"
      aria-label={`${label}. Change`}
      title={label}
      className="grid size-7 place-items-center rounded-md text-muted hover:bg-raised hover:text-ink"
      onClick={() => chooseTheme(NEXT[theme])}
    >
      <Icon size={15} aria-hidden />
    </button>
  );
}
