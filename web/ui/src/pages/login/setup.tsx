import { useState } from "preact/hooks";
import { type ApiError, change } from "@/api/client";
import type { Me } from "@/api/types";
import { passwordFault } from "@/model/passwords";
import { Button } from "@/parts/button";
import { TextField } from "@/parts/field";
import { NewPasswordFields, kNoPassword } from "@/parts/new_password";
import { ErrorNote } from "@/parts/notes";
import { LoginCard } from "./login_card";

/** The first start: whoever has the link that the daemon's log shows makes the first user, an admin. */
export function Setup({ token, onEnter }: { token: string; onEnter: (me: Me) => void }) {
  const [username, setUsername] = useState("");
  const [fresh, setFresh] = useState(kNoPassword);
  const [faults, setFaults] = useState<ReturnType<typeof passwordFault>>(null);
  const [error, setError] = useState<ApiError | null>(null);
  if (!token)
    return (
      <LoginCard title="Welcome to Weir">
        <p>Nobody can log in yet. Open the link that the daemon has written to its log when it started:</p>
        <pre class="code wrap">http://…/setup#…</pre>
        <p class="small muted">
          Or make a user at the machine itself: <code>weir users add NAME --role admin</code>
        </p>
      </LoginCard>
    );
  const setUp = async () => {
    const found = passwordFault(fresh.password, fresh.again);
    setFaults(found);
    if (found) return;
    await change<Me>("POST", "/auth/setup", { setup_token: token, username, password: fresh.password }).then(onEnter, setError);
  };
  return (
    <LoginCard title="Welcome to Weir" onSubmit={setUp}
      button={(busy) => (
        <Button kind="primary" type="submit" disabled={busy}>
          Make the first user
        </Button>
      )}
    >
      <p>This makes the first user: an admin, who can add others.</p>
      <TextField label="User name" value={username} onValue={setUsername} autoComplete="username" autoCapitalize="none" spellcheck={false} autoFocus required />
      <NewPasswordFields value={fresh} onValue={setFresh} faults={faults} />
      {error && <ErrorNote error={error} />}
    </LoginCard>
  );
}
