import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";

type Theme = "system" | "light" | "dark";

const KEY = "callboard.theme";
const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const ICONS = { system: Monitor, light: Sun, dark: Moon };
const NAMES = { system: "as the system", light: "light", dark: "dark" };

function stored(): Theme {
  const theme = document.documentElement.dataset["theme"];
  return theme === "light" || theme === "dark" ? theme : "system";
}

function choose(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

/** Light, dark, or as the system has it. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(stored);
  const Icon = ICONS[theme];
  const label = `Colours: ${NAMES[theme]}`;
  return (
    <button
      type="button"
      aria-label={`${label}. Change`}
      title={label}
      className="grid size-7 place-items-center rounded-md text-muted hover:bg-raised hover:text-ink"
      onClick={() => {
        choose(NEXT[theme]);
        setTheme(NEXT[theme]);
      }}
    >
      <Icon size={15} aria-hidden />
    </button>
  );
}
