import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon, type IconName } from "./icon";

interface Look {
  icon?: IconName;
  kind?: "plain" | "primary" | "danger" | "quiet";
  small?: boolean;
  /** The name of a button whose words don't say it all, or are not there. */
  label?: string;
}

const classOf = ({ kind = "plain", small, label }: Look, words: ComponentChildren) =>
  ["button", kind, small && "small", label && !words && "icon-only"].filter(Boolean).join(" ");

type ButtonProps = Look & Omit<JSX.IntrinsicElements["button"], "icon" | "label" | "onClick"> & {
  /** While its promise is open the button can't be pressed again. */
  onClick?: () => unknown;
};

export function Button({ icon, kind, small, label, title, children, onClick, disabled, type, ...rest }: ButtonProps) {
  const [busy, setBusy] = useState(false);
  const press = async () => {
    const result = onClick?.();
    if (!(result instanceof Promise)) return;
    setBusy(true);
    try {
      await result;
    } finally {
      setBusy(false);
    }
  };
  return (
    <button {...rest} type={type ?? "button"} class={classOf({ kind, small, label }, children)} aria-label={label}
      title={title ?? label} aria-busy={busy} disabled={Boolean(disabled) || busy} onClick={onClick ? press : undefined}>
      {icon && <Icon name={icon} size={small ? 14 : 16} />}
      {children}
    </button>
  );
}

export function LinkButton({ icon, kind, small, label, children, ...rest }: Look & Omit<JSX.IntrinsicElements["a"], "icon" | "label">) {
  return (
    <a {...rest} class={classOf({ kind, small, label }, children)} aria-label={label} title={label}>
      {icon && <Icon name={icon} size={small ? 14 : 16} />}
      {children}
    </a>
  );
}
