// A form made from params: one field for each, by its JSON Schema.
import { useEffect, useState } from "preact/hooks";
import type { Param, Params } from "@/api/types";
import { type Faults, type Kind, type Values, kindOf, limitsOf, textOf, valueOf } from "@/model/params";
import { CheckField, Field, SelectField, TextField } from "./field";

interface OneProps {
  name: string;
  param: Param;
  value: unknown;
  fault?: string;
  onValue: (value: unknown) => void;
}

const hintOf = (param: Param): string | undefined => [param.description, limitsOf(param)].filter(Boolean).join(" · ") || undefined;

/** The text is kept beside its value: "1." is on its way to 1.5. */
function useText(kind: Kind, value: unknown): [string, (text: string) => void] {
  const [text, setText] = useState(() => textOf(kind, value));
  useEffect(() => {
    if (JSON.stringify(valueOf(kind, text)) !== JSON.stringify(value ?? (kind === "text" ? "" : undefined))) setText(textOf(kind, value));
  }, [value]);
  return [text, setText];
}

function Written({ kind, name, param, value, fault, onValue }: OneProps & { kind: Kind }) {
  const [text, setText] = useText(kind, value);
  const write = (next: string) => {
    setText(next);
    onValue(valueOf(kind, next));
  };
  const required = param.value === null;
  const label = required ? (
    <>
      {name} <span class="muted small">required</span>
    </>
  ) : (
    name
  );
  if (kind === "json" || (kind === "text" && typeof param.value === "string" && param.value.includes("\n")))
    return (
      <Field label={label} hint={hintOf(param)} fault={fault}>
        {(ids) => <textarea {...(ids as object)} rows={kind === "json" ? 3 : 5} spellcheck={false} value={text} onInput={(event) => write(event.currentTarget.value)} />}
      </Field>
    );
  const numeric = kind !== "text";
  return (
    <TextField label={label} hint={hintOf(param)} fault={fault} value={text} onValue={write} autoComplete="off"
      inputMode={kind === "integer" ? "numeric" : kind === "number" ? "decimal" : undefined}
      class={numeric ? "input number-input" : "input"} maxLength={kind === "text" ? param.schema.maxLength : undefined} />
  );
}

function One(props: OneProps) {
  const { name, param, value, fault, onValue } = props;
  const kind = kindOf(param);
  if (kind === "flag")
    return (
      <>
        <CheckField label={name} hint={hintOf(param)} checked={value === true} onChecked={onValue} />
        {fault && <span class="field-fault">{fault}</span>}
      </>
    );
  if (kind === "choice") {
    const choices = param.schema.enum!;
    const chosen = choices.findIndex((choice) => JSON.stringify(choice) === JSON.stringify(value));
    const options = choices.map((choice, i) => ({ value: String(i), text: typeof choice === "string" ? choice : JSON.stringify(choice) }));
    return (
      <SelectField label={name} hint={fault ? <span class="field-fault">{fault}</span> : hintOf(param)} value={String(chosen)}
        options={chosen < 0 ? [{ value: "-1", text: "choose one" }, ...options] : options} onValue={(index) => onValue(choices[Number(index)])} />
    );
  }
  return <Written {...props} kind={kind} />;
}

/** `value` holds what is given so far: begin with defaultsOf(params). Faults are by param. */
export function SchemaForm(props: { params: Params; value: Values; onValue: (value: Values) => void; faults?: Faults }) {
  return (
    <div class="schema-form">
      {Object.entries(props.params).map(([name, param]) => (
        <One key={name} name={name} param={param} value={props.value[name]} fault={props.faults?.[name]}
          onValue={(one) => props.onValue({ ...props.value, [name]: one })} />
      ))}
    </div>
  );
}
