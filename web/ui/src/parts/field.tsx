import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

/** A labelled input with its hint and its fault, tied together for screen readers. */
export function Field(props: { label: ComponentChildren; hint?: ComponentChildren; fault?: string | null; children: (ids: JSX.HTMLAttributes<HTMLElement> & { class: string }) => ComponentChildren }) {
  const id = useId();
  const described = [props.hint && `${id}-hint`, props.fault && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.children({ id, class: "input", "aria-describedby": described || undefined, "aria-invalid": props.fault ? true : undefined } as never)}
      {props.hint && (
        <span class="hint" id={`${id}-hint`}>
          {props.hint}
        </span>
      )}
      {props.fault && (
        <span class="fault" id={`${id}-fault`}>
          {props.fault}
        </span>
      )}
    </div>
  );
}

type InputProps = { label: ComponentChildren; hint?: ComponentChildren; fault?: string | null; value: string; onValue: (value: string) => void } & Omit<JSX.IntrinsicElements["input"], "value" | "label">;

export function TextField({ label, hint, fault, value, onValue, ...rest }: InputProps) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(ids) => <input {...(ids as object)} {...rest} value={value} onInput={(event) => onValue(event.currentTarget.value)} />}
    </Field>
  );
}

export interface Option {
  value: string;
  text: string;
}
export function SelectField(props: { label: ComponentChildren; hint?: ComponentChildren; value: string; options: Option[]; onValue: (value: string) => void }) {
  return (
    <Field label={props.label} hint={props.hint}>
      {(ids) => (
        <select {...(ids as object)} value={props.value} onChange={(event) => props.onValue(event.currentTarget.value)}>
          {props.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function CheckField(props: { label: ComponentChildren; hint?: ComponentChildren; checked: boolean; onChecked: (checked: boolean) => void; disabled?: boolean }) {
  const id = useId();
  return (
    <div class="check">
      <input id={id} type="checkbox" checked={props.checked} disabled={props.disabled} onChange={(event) => props.onChecked(event.currentTarget.checked)}
        aria-describedby={props.hint ? `${id}-hint` : undefined} />
      <div>
        <label for={id}>{props.label}</label>
        {props.hint && (
          <div class="small muted" id={`${id}-hint`}>
            {props.hint}
          </div>
        )}
      </div>
    </div>
  );
}
