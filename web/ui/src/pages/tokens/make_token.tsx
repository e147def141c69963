import { useState } from "preact/hooks";
import { ApiError, change } from "@/api/client";
import type { Role, Token } from "@/api/types";
import { Button } from "@/parts/button";
import { Copy } from "@/parts/copy";
import { Dialog } from "@/parts/dialog";
import { CheckField, SelectField, TextField } from "@/parts/field";
import { ErrorNote, Note } from "@/parts/notes";
import { RoleField } from "@/parts/role_field";

type Made = Token & { token: string };
const kLives = [
  { value: "7", text: "7 days" },
  { value: "30", text: "30 days" },
  { value: "90", text: "90 days" },
  { value: "365", text: "a year" },
  { value: "", text: "without end" },
];

/** "etl, release" -> the scopes of these DAGs. */
export const scopesOf = (events: boolean, dags: string): string[] => [
  ...(events ? ["events"] : []),
  ...dags
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((dag) => `dags/${dag}`),
];

export function MakeToken({ most, onClose, onMade }: { most: Role; onClose: () => void; onMade: (token: Made) => unknown }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>(most === "viewer" ? "viewer" : "user");
  const [events, setEvents] = useState(false);
  const [dags, setDags] = useState("");
  const [life, setLife] = useState("90");
  const [error, setError] = useState<ApiError | null>(null);
  const make = async () => {
    try {
      const body = { name, role, scopes: scopesOf(events, dags), ...(life ? { expires_in_days: Number(life) } : {}) };
      await onMade(await change<Made>("POST", "/tokens", body));
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(failure);
    }
  };
  return (
    <Dialog title="Make a token" onClose={onClose} onSubmit={make}
      actions={
        <Button kind="primary" type="submit">
          Make it
        </Button>
      }
    >
      <TextField label="Name" hint="What it is for" value={name} onValue={setName} maxLength={100} autoFocus required autoComplete="off" />
      <RoleField value={role} onValue={setRole} most={most} />
      <TextField label="Only these DAGs" hint="Their ids, with commas between; empty: all" value={dags} onValue={setDags} autoComplete="off" />
      <CheckField label="Sending events" hint="With nothing above: only that, as a streaming job needs it" checked={events} onChecked={setEvents} />
      <SelectField label="Expires after" value={life} options={kLives} onValue={setLife} />
      {error && <ErrorNote error={error} />}
    </Dialog>
  );
}

/** The only time that the token itself is shown. */
export function TheToken({ made, onClose }: { made: Made; onClose: () => void }) {
  return (
    <Dialog title={`The token ${made.name}`} onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          I have kept it
        </Button>
      }
    >
      <Note kind="warn">It is shown only now. Keep it where the program finds it.</Note>
      <div class="row token-row">
        <code class="code wrap token" data-testid="token">
          {made.token}
        </code>
        <Copy text={made.token} what="the token" />
      </div>
    </Dialog>
  );
}
