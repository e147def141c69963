import { useEffect, useRef, useState } from "preact/hooks";
import { TextField } from "./field";

/** Typing pauses so long before the daemon is asked. */
const kPause = 250;

/** A filter of words: told when the typing pauses, not at each key. */
export function TypedField({ label, value, placeholder = "all", onValue }: { label: string; value: string; placeholder?: string; onValue: (value: string) => void }) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  if (value !== known) {
    setKnown(value);
    // Changed by somebody else, as by "No filter"; what was told from here may have got a blank or more since.
    if (value !== text.trim()) setText(value);
  }
  // What was asked for meanwhile, in another field, must not be taken back: it is today's callback that knows of it.
  const tell = useRef(onValue);
  tell.current = onValue;
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = window.setTimeout(() => tell.current(text.trim()), kPause);
    return () => window.clearTimeout(timer);
  }, [text]);
  return <TextField label={label} type="search" value={text} onValue={setText} placeholder={placeholder} />;
}
