// The keys that work on every page, and the dialog that tells them.
import { useLocation } from "preact-iso";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Dialog } from "@/parts/dialog";

/** After "g", the next key says where to. */
const kPlaces: Record<string, { href: string; text: string }> = {
  h: { href: "/", text: "home" },
  d: { href: "/dags", text: "DAGs" },
  r: { href: "/runs", text: "runs" },
  w: { href: "/windows", text: "windows" },
  e: { href: "/events", text: "events" },
  a: { href: "/approvals", text: "approvals" },
};
/** So long the next key is waited for. */
const kPatience = 1200;

const isTyping = (event: KeyboardEvent) =>
  event.target instanceof HTMLElement && (event.target.isContentEditable || event.target.matches("input, textarea, select"));

function Help({ onClose }: { onClose: () => void }) {
  const keys: [string[], string][] = [
    [["Ctrl", "K"], "search; also /"],
    ...Object.entries(kPlaces).map(([key, place]): [string[], string] => [["g", key], `go to ${place.text}`]),
    [["Esc"], "close what is open"],
    [["?"], "this list"],
  ];
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl class="keys">
        {keys.map(([names, words]) => (
          <div key={words}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <p class="small muted">Lists, tabs and menus are walked with Tab and the arrow keys; squares and grids with the arrow keys.</p>
    </Dialog>
  );
}

export function Keys({ onSearch }: { onSearch: () => void }) {
  const { route } = useLocation();
  const [helping, setHelping] = useState(false);
  const wentAt = useRef(0);
  // Not after the next paint: who sees the page may press a key at once.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const key = event.key.toLowerCase();
      if ((event.ctrlKey || event.metaKey) && key === "k") {
        event.preventDefault();
        return onSearch();
      }
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      const place = Date.now() - wentAt.current < kPatience ? kPlaces[key] : undefined;
      wentAt.current = key === "g" ? Date.now() : 0;
      if (place) route(place.href);
      else if (event.key === "/") {
        event.preventDefault();
        onSearch();
      } else if (event.key === "?") setHelping(true);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [route]);
  return helping ? <Help onClose={() => setHelping(false)} /> : null;
}
