// The colours of the stylesheet, for what is drawn on a canvas. Read again when the theme changes.
import { useEffect, useState } from "preact/hooks";

const kNames = [
  "success", "failed", "running", "queued", "scheduled", "deferred", "up_for_retry", "upstream_failed", "skipped", "removed", "none",
] as const;

export interface Palette {
  /** The colour that fills a state; null and "no_status" are those of one that waits. */
  state: (state: string | null) => string;
  soft: (state: string | null) => string;
  surface: string;
  surface2: string;
  surface3: string;
  line: string;
  lineStrong: string;
  text: string;
  text2: string;
  text3: string;
  brand: string;
  focus: string;
  font: string;
}

function read(): Palette {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string) => style.getPropertyValue("--" + name).trim() || "#888888";
  const fill = new Map(kNames.map((name) => [name as string, value(name)]));
  const soft = new Map(kNames.map((name) => [name as string, value(name + "-soft")]));
  return {
    state: (state) => fill.get(state ?? "none") ?? fill.get("none")!,
    soft: (state) => soft.get(state ?? "none") ?? soft.get("none")!,
    surface: value("surface"),
    surface2: value("surface-2"),
    surface3: value("surface-3"),
    line: value("line"),
    lineStrong: value("line-strong"),
    text: value("text"),
    text2: value("text-2"),
    text3: value("text-3"),
    brand: value("brand"),
    focus: value("focus"),
    font: value("font"),
  };
}

export function usePalette(): Palette {
  const [palette, setPalette] = useState(read);
  useEffect(() => {
    const observer = new MutationObserver(() => setPalette(read()));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    setPalette(read());
    return () => observer.disconnect();
  }, []);
  return palette;
}
