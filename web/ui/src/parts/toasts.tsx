// Short words about what has just been done, or why it could not be.
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "@/api/client";
import { Button } from "./button";
import { Icon } from "./icon";

interface Toast {
  id: number;
  kind: "good" | "bad";
  words: string;
}

const kShownFor = 6000;
let toasts: Toast[] = [];
let nextId = 1;
let redraw: () => void = () => {};

function drop(id: number): void {
  toasts = toasts.filter((toast) => toast.id !== id);
  redraw();
}

/** What went wrong stays until it is closed. */
export function toast(kind: Toast["kind"], words: string): void {
  const id = nextId++;
  toasts = [...toasts, { id, kind, words }];
  redraw();
  if (kind === "good") window.setTimeout(drop, kShownFor, id);
}

/** Does it, and says how that went. False: it failed. */
export async function attempt(done: string, act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    toast("good", done);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast("bad", error.message);
    return false;
  }
}

export function Toasts() {
  const [, setVersion] = useState(0);
  useEffect(() => {
    redraw = () => setVersion((version) => version + 1);
    return () => void (redraw = () => {});
  }, []);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map((one) => (
        <div key={one.id} class={`note ${one.kind}`}>
          <Icon name={one.kind === "good" ? "check" : "error"} size={18} />
          <div>{one.words}</div>
          <Button small kind="quiet" icon="cross" label="Close this message" onClick={() => drop(one.id)} />
        </div>
      ))}
    </div>
  );
}
