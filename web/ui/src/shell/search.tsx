import { useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";
import { address } from "@/api/client";
import type { SearchResult, SearchResults } from "@/api/types";
import { useApi } from "@/api/use";
import { dagHref, runHref, taskHref, windowsHref } from "@/model/links";
import { Dialog } from "@/parts/dialog";
import { Icon, type IconName } from "@/parts/icon";
import { ErrorNote } from "@/parts/notes";

const kIcons: Record<SearchResult["kind"], IconName> = { dag: "dag", run: "runs", task: "play", asset: "windows", source: "sources", pool: "pools" };

const hrefOf = (result: SearchResult): string => {
  if (result.kind === "task" && result.run_id) return taskHref(result.dag_id!, result.run_id, result.task_id!);
  if (result.kind === "run") return runHref(result.dag_id!, result.run_id!);
  if (result.kind === "asset") return windowsHref(result.asset!, result.key ?? "");
  if (result.kind === "source") return "/sources";
  if (result.kind === "pool") return "/pools";
  return dagHref(result.dag_id!);
};

/** Typing pauses so long before the daemon is asked. */
const kPause = 120;

/** Search everything: type, choose with the arrows, Enter. */
export function Search({ onClose }: { onClose: () => void }) {
  const { route } = useLocation();
  const [words, setWords] = useState("");
  const [asked, setAsked] = useState("");
  const [chosen, setChosen] = useState(0);
  useEffect(() => {
    const timer = window.setTimeout(() => {
      setAsked(words.trim());
      setChosen(0);
    }, kPause);
    return () => window.clearTimeout(timer);
  }, [words]);
  const { data, error } = useApi<SearchResults>(asked ? address("/search", { q: asked }) : null);
  const results = asked ? (data?.results ?? []) : [];
  const go = (result: SearchResult | undefined) => {
    if (!result) return;
    onClose();
    route(hrefOf(result));
  };
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 || results.length === 0) return;
    event.preventDefault();
    setChosen((chosen + step + results.length) % results.length);
  };
  return (
    <Dialog title="Search" onClose={onClose} onSubmit={() => go(results[chosen])}>
      <input class="input" type="search" autoFocus role="combobox" aria-expanded={results.length > 0} aria-controls="search-results"
        aria-activedescendant={results.length > 0 ? `search-result-${chosen}` : undefined} aria-label="A DAG, run, task, asset …"
        placeholder="A DAG, run, task, asset …" value={words} onInput={(event) => setWords(event.currentTarget.value)} onKeyDown={onKey} />
      <ul id="search-results" role="listbox" aria-label="Results">
        {results.map((result, i) => (
          <li key={i} id={`search-result-${i}`} role="option" aria-selected={i === chosen}>
            <a class={`menu-item ${i === chosen ? "chosen" : ""}`} href={hrefOf(result)} tabIndex={-1} onClick={onClose}>
              <Icon name={kIcons[result.kind]} />
              <span>{result.title}</span>
              <span class="muted small">{result.detail}</span>
              {i === chosen && <kbd class="search-enter">Enter</kbd>}
            </a>
          </li>
        ))}
      </ul>
      {error && <ErrorNote error={error} />}
      {asked && data && results.length === 0 && <p class="muted">Nothing is called like “{asked}”.</p>}
    </Dialog>
  );
}
