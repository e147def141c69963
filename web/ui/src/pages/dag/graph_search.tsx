// Finds a task of the graph, also one in a folded group.
import { useState } from "preact/hooks";
import { TextField } from "@/parts/field";
import { type Known, found } from "./graph_model";

interface Props {
  known: Known;
  /** null: nothing is asked for. */
  onFound: (ids: string[] | null) => void;
  /** `deep`: unfold what hides it. */
  onGo: (id: string, deep: boolean) => void;
}

export function GraphSearch({ known, onFound, onGo }: Props) {
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const [isOpen, setOpen] = useState(false); // the one that the words led to is unfolded
  const ids = found(known, words);
  const ask = (next: string) => {
    setWords(next);
    setAt(0);
    setOpen(false);
    const all = found(known, next);
    onFound(next.trim() ? all : null);
    if (all[0] !== undefined) onGo(all[0], false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") ask("");
    if (event.key !== "Enter" || ids.length === 0) return;
    event.preventDefault();
    const next = isOpen ? (at + (event.shiftKey ? ids.length - 1 : 1)) % ids.length : at;
    setOpen(true);
    setAt(next);
    onGo(ids[next]!, true);
  };
  return (
    <div class="graph-search">
      <TextField label="Find a task" type="search" value={words} onValue={ask} placeholder="part of its id" onKeyDown={onKeyDown} autoComplete="off" spellcheck={false} />
      <span class="graph-search-count number" role="status">
        {words.trim() ? (ids.length === 0 ? "none" : `${Math.min(at + 1, ids.length)} of ${ids.length.toLocaleString("en")}`) : ""}
      </span>
    </div>
  );
}
