// What this viewer likes: kept in this browser, nowhere else.
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { type ZoneChoice, zoneOf } from "./time";

export type Theme = "system" | "light" | "dark";

export interface Preferences {
  theme: Theme;
  setTheme: (theme: Theme) => void;
  zoneChoice: ZoneChoice;
  setZoneChoice: (choice: ZoneChoice) => void;
}

const Context = createContext<Preferences | null>(null);
const DagZone = createContext<string | null>(null);

/** localStorage, which may be switched off. */
function useStored<T extends string>(key: string, fallback: T): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => {
    try {
      return (localStorage.getItem(key) as T | null) ?? fallback;
    } catch {
      return fallback;
    }
  });
  const keep = (next: T) => {
    setValue(next);
    try {
      localStorage.setItem(key, next);
    } catch {
      // then it lasts as long as the page
    }
  };
  return [value, keep];
}

export function PreferencesProvider({ children }: { children: ComponentChildren }) {
  const [theme, setTheme] = useStored<Theme>("weir.theme", "system");
  const [zoneChoice, setZoneChoice] = useStored<ZoneChoice>("weir.zone", "local");
  // Not after the first paint: it would be in the other colours.
  useLayoutEffect(() => {
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const apply = () => {
      document.documentElement.dataset.theme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
    };
    apply();
    dark.addEventListener("change", apply);
    return () => dark.removeEventListener("change", apply);
  }, [theme]);
  const preferences = useMemo(() => ({ theme, setTheme, zoneChoice, setZoneChoice }), [theme, zoneChoice]);
  return <Context.Provider value={preferences}>{children}</Context.Provider>;
}

export function usePreferences(): Preferences {
  const preferences = useContext(Context);
  if (!preferences) throw new Error("there is no PreferencesProvider above");
  return preferences;
}

/** The pages of a DAG show its own zone to whoever asks for it. */
export const DagZoneProvider = DagZone.Provider;

/** The name of the zone in which moments are shown here. */
export function useZone(): string {
  const dagZone = useContext(DagZone);
  return zoneOf(usePreferences().zoneChoice, dagZone);
}

let moment = Date.now();
const tickers = new Set<() => void>();
window.setInterval(() => {
  moment = Date.now();
  tickers.forEach((tick) => tick());
}, 1000);

/** The clock, once a second, for everything that says "3 min ago". */
export function useNow(): number {
  const [now, setNow] = useState(moment);
  useEffect(() => {
    const tick = () => setNow(moment);
    tickers.add(tick);
    return () => void tickers.delete(tick);
  }, []);
  return now;
}
