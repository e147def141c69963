import type { Role } from "@/api/types";
import { kRoles } from "@/model/session";
import { SelectField } from "./field";

const kMeans: Record<Role, string> = {
  viewer: "sees everything, changes nothing",
  user: "triggers, clears, pauses, approves, sends events",
  operator: "also replays dead letters",
  admin: "also looks after users, tokens and the audit",
};

/** Roles, each with all of the ones before; `most` is the highest that may be given. */
export function RoleField({ value, onValue, most = "admin" }: { value: Role; onValue: (role: Role) => void; most?: Role }) {
  const roles = kRoles.slice(0, kRoles.indexOf(most) + 1);
  return <SelectField label="Role" hint={kMeans[value]} value={value} options={roles.map((role) => ({ value: role, text: role }))} onValue={(role) => onValue(role as Role)} />;
}
