// Light or dark: as the system says, until a person says otherwise in this browser.
import { useEffect, useState } from "preact/hooks";

export type Theme = "auto" | "light" | "dark";

const themes: readonly Theme[] = ["auto", "light", "dark"];
const kept = "drqueue.theme";

/** The one after it. */
export function nextTheme(theme: Theme): Theme {
  return themes[(themes.indexOf(theme) + 1) % themes.length]!;
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => themes.find((one) => one === localStorage.getItem(kept)) ?? "auto");
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(kept, theme);
    // Charts and maps are drawn in the colours of the theme.
    window.dispatchEvent(new Event("drqueue:theme"));
  }, [theme]);
  return [theme, setTheme];
}
