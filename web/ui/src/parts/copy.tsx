import { useState } from "preact/hooks";
import { Button } from "./button";

const kShownFor = 2000;

/** Copies a text. Where the browser has no clipboard for this page (plain HTTP from afar), it says how instead. */
export function Copy({ text, what, small = true }: { text: string; what: string; small?: boolean }) {
  const [words, setWords] = useState("Copy");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setWords("Copied");
    } catch {
      setWords("Select it, and copy with Ctrl C");
    }
    window.setTimeout(setWords, kShownFor, "Copy");
  };
  return (
    <Button small={small} icon={words === "Copied" ? "check" : "copy"} title={`Copy ${what}`} onClick={copy}>
      <span aria-live="polite">{words}</span>
    </Button>
  );
}
