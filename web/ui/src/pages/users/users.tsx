import { useState } from "preact/hooks";
import { address, change, path } from "@/api/client";
import type { Role, User, UserList } from "@/api/types";
import { useApi } from "@/api/use";
import { useSession } from "@/model/session";
import { Button } from "@/parts/button";
import { Menu } from "@/parts/menu";
import { Ago, Moment } from "@/parts/moment";
import { Empty, Note, Show } from "@/parts/notes";
import { Card, PageHead } from "@/parts/page";
import { type Column, Table } from "@/parts/table";
import { attempt } from "@/parts/toasts";
import { AddUser, ChangeRole, RemoveUser, ResetPassword } from "./dialogs";

type Open = { what: "add" } | { what: "role" | "password" | "remove"; user: User } | null;

export default function Users() {
  const { me, may } = useSession();
  const users = useApi<UserList>(may("admin") ? address("/users", { limit: 1000 }) : null);
  const [open, setOpen] = useState<Open>(null);
  const off = me.via === "off";
  const close = () => setOpen(null);
  const save = async (done: string, act: () => Promise<unknown>) => {
    const saved = await attempt(done, act);
    if (saved) close();
    await users.mutate();
    return saved;
  };
  const activate = (user: User) =>
    save(`${user.username} ${user.active ? "can no longer log in" : "can log in again"}`, () => change("PATCH", path("users", user.username), { active: !user.active }));
  const columns: Column<User>[] = [
    {
      head: "User",
      cell: (user) => (
        <span class="user-name">
          {user.username} {user.username === me.username && <span class="tag">you</span>} {!user.active && <span class="tag">deactivated</span>}
        </span>
      ),
    },
    { head: "Role", cell: (user) => user.role },
    { head: "Last login", cell: (user) => <Ago at={user.last_login_at} /> },
    { head: "Added", cell: (user) => <Moment at={user.created_at} seconds={false} /> },
    {
      head: <span class="for-screen-readers">What to do</span>,
      right: true,
      cell: (user) => (
        <Menu small kind="quiet" icon="more" label={`Change ${user.username}`}
          items={[
            { text: "Change the role …", disabled: off, act: () => setOpen({ what: "role", user }) },
            { text: "Reset the password …", disabled: off, act: () => setOpen({ what: "password", user }) },
            { text: user.active ? "Deactivate" : "Activate", disabled: off, act: () => activate(user) },
            { text: "Remove …", danger: true, disabled: off, act: () => setOpen({ what: "remove", user }) },
          ]} />
      ),
    },
  ];
  if (!may("admin"))
    return (
      <>
        <PageHead title="Users" />
        <Note>Users are looked after by those with the role admin.</Note>
      </>
    );
  return (
    <>
      <PageHead title="Users"
        actions={
          <Button kind="primary" icon="plus" disabled={off} title={off ? "Logins are off" : undefined} onClick={() => setOpen({ what: "add" })}>
            Add a user
          </Button>
        }
      />
      {off && (
        <Note kind="warn">
          Logins are off (<code>auth: off</code>): everybody who reaches this address may do everything. Users are then looked after at the machine itself, with <code>weir users</code>.
        </Note>
      )}
      <div class="users-frame">
        <Card flush label="Users">
          <Show of={users}>
            {({ users: rows }) => (rows.length === 0 ? <Empty title="There is no user yet" /> : <Table label="Users" rows={rows} columns={columns} rowKey={(user) => user.username} />)}
          </Show>
        </Card>
      </div>
      {open?.what === "add" && (
        <AddUser onClose={close} onAdd={(username, password, role) => save(`${username} is added`, () => change("POST", "/users", { username, password, role }))} />
      )}
      {open?.what === "role" && (
        <ChangeRole user={open.user} onClose={close}
          onRole={(role: Role) => save(`${open.user.username} is now ${role}`, () => change("PATCH", path("users", open.user.username), { role }))} />
      )}
      {open?.what === "password" && (
        <ResetPassword user={open.user} onClose={close}
          onPassword={(password) => save(`${open.user.username} has a new password`, () => change("PATCH", path("users", open.user.username), { password }))} />
      )}
      {open?.what === "remove" && (
        <RemoveUser user={open.user} onClose={close} onRemove={() => save(`${open.user.username} is removed`, () => change("DELETE", path("users", open.user.username)))} />
      )}
    </>
  );
}
