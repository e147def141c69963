import { kShortestPassword } from "@/model/passwords";
import { TextField } from "./field";

export interface NewPassword {
  password: string;
  again: string;
}
export const kNoPassword: NewPassword = { password: "", again: "" };

/** A new password, twice. Managers of passwords know it by its autocomplete. */
export function NewPasswordFields(props: { value: NewPassword; onValue: (value: NewPassword) => void; faults?: { password?: string; again?: string } | null }) {
  const { value, onValue, faults } = props;
  return (
    <>
      <TextField label="New password" type="password" autoComplete="new-password" required hint={`At least ${kShortestPassword} characters`}
        fault={faults?.password} value={value.password} onValue={(password) => onValue({ ...value, password })} />
      <TextField label="Again" type="password" autoComplete="new-password" required fault={faults?.again} value={value.again}
        onValue={(again) => onValue({ ...value, again })} />
    </>
  );
}
