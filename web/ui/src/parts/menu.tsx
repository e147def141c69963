import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "./button";
import { Icon, type IconName } from "./icon";

export interface MenuItem {
  text: ComponentChildren;
  icon?: IconName;
  act: () => unknown;
  danger?: boolean;
  disabled?: boolean;
  checked?: boolean;
}

/** A button that opens a list of things to do. Arrow keys walk it, Escape closes it. */
export function Menu(props: { label: string; icon?: IconName; text?: ComponentChildren; items: MenuItem[]; kind?: "plain" | "quiet"; small?: boolean }) {
  const [open, setOpen] = useState(false);
  const [toRight, setToRight] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const items = () => [...(root.current?.querySelectorAll<HTMLButtonElement>(".menu-item:not(:disabled)") ?? [])];
  // It hangs from the button's right end, unless it would begin left of the screen.
  useLayoutEffect(() => {
    if (!open) return setToRight(false);
    setToRight(root.current!.querySelector(".menu-list")!.getBoundingClientRect().left < 0);
  }, [open]);
  useEffect(() => {
    if (!open) return;
    items()[0]?.focus();
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  const close = () => {
    setOpen(false);
    root.current?.querySelector<HTMLButtonElement>("button")?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape" && open) {
      event.stopPropagation();
      close();
    }
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 || !open) return;
    event.preventDefault();
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    all[(at + step + all.length) % all.length]?.focus();
  };
  const role = (item: MenuItem) => (item.checked === undefined ? "menuitem" : "menuitemradio");
  return (
    <div class="menu" ref={root} onKeyDown={onKey}>
      <Button kind={props.kind} small={props.small} icon={props.icon} label={props.label} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        {props.text}
      </Button>
      {open && (
        <div class={`menu-list ${toRight ? "to-right" : ""}`} role="menu" aria-label={props.label}>
          {props.items.map((item, i) => (
            <button key={i} type="button" role={role(item)} aria-checked={item.checked} class={`menu-item ${item.danger ? "danger" : ""}`} disabled={item.disabled}
              onClick={() => {
                close();
                void item.act();
              }}
            >
              {item.icon && <Icon name={item.icon} />}
              {item.text}
              {item.checked && <Icon name="check" />}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
