import { useState } from "preact/hooks";
import type { Role, User } from "@/api/types";
import { passwordFault } from "@/model/passwords";
import { Button } from "@/parts/button";
import { Dialog } from "@/parts/dialog";
import { TextField } from "@/parts/field";
import { NewPasswordFields, kNoPassword } from "@/parts/new_password";
import { RoleField } from "@/parts/role_field";

const submit = (words: string) => (
  <Button kind="primary" type="submit">
    {words}
  </Button>
);

export function AddUser({ onClose, onAdd }: { onClose: () => void; onAdd: (username: string, password: string, role: Role) => unknown }) {
  const [username, setUsername] = useState("");
  const [role, setRole] = useState<Role>("user");
  const [fresh, setFresh] = useState(kNoPassword);
  const [faults, setFaults] = useState<ReturnType<typeof passwordFault>>(null);
  const add = () => {
    const found = passwordFault(fresh.password, fresh.again);
    setFaults(found);
    return found ? undefined : onAdd(username, fresh.password, role);
  };
  return (
    <Dialog title="Add a user" onClose={onClose} onSubmit={add} actions={submit("Add")}>
      <TextField label="User name" value={username} onValue={setUsername} autoComplete="off" autoCapitalize="none" spellcheck={false} autoFocus required />
      <RoleField value={role} onValue={setRole} />
      <NewPasswordFields value={fresh} onValue={setFresh} faults={faults} />
    </Dialog>
  );
}

export function ChangeRole({ user, onClose, onRole }: { user: User; onClose: () => void; onRole: (role: Role) => unknown }) {
  const [role, setRole] = useState<Role>(user.role);
  return (
    <Dialog title={`The role of ${user.username}`} onClose={onClose} onSubmit={() => onRole(role)} actions={submit("Change it")}>
      <RoleField value={role} onValue={setRole} />
    </Dialog>
  );
}

export function ResetPassword({ user, onClose, onPassword }: { user: User; onClose: () => void; onPassword: (password: string) => unknown }) {
  const [fresh, setFresh] = useState(kNoPassword);
  const [faults, setFaults] = useState<ReturnType<typeof passwordFault>>(null);
  const reset = () => {
    const found = passwordFault(fresh.password, fresh.again);
    setFaults(found);
    return found ? undefined : onPassword(fresh.password);
  };
  return (
    <Dialog title={`A new password for ${user.username}`} onClose={onClose} onSubmit={reset} actions={submit("Set it")}>
      <p>Their logins end.</p>
      <NewPasswordFields value={fresh} onValue={setFresh} faults={faults} />
    </Dialog>
  );
}

export function RemoveUser({ user, onClose, onRemove }: { user: User; onClose: () => void; onRemove: () => unknown }) {
  return (
    <Dialog title={`Remove ${user.username}?`} onClose={onClose} onSubmit={onRemove}
      actions={
        <Button kind="danger" type="submit">
          Remove
        </Button>
      }
    >
      <p>Their logins and tokens end at once. What they did stays in the audit.</p>
    </Dialog>
  );
}
