import { useState } from "preact/hooks";
import { type ApiError, change } from "@/api/client";
import type { Me } from "@/model/session";
import { Button } from "@/parts/button";
import { TextField } from "@/parts/field";
import { ErrorNote } from "@/parts/notes";

export function Login({ onEnter }: { onEnter: (me: Me) => void }) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [fault, setFault] = useState<ApiError | null>(null);
  const enter = () =>
    change<Me>("POST", "/auth/login", { username, password }).then(onEnter, (error: ApiError) => setFault(error));
  return (
    <main class="login">
      <form
        class="card login-card"
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <h1>
          <img src="/weir.svg" width="34" height="34" alt="" /> Weir
        </h1>
        <TextField label="User name" value={username} onValue={setUsername} autoComplete="username" autoFocus required />
        <TextField label="Password" type="password" value={password} onValue={setPassword} autoComplete="current-password" required />
        {fault && <ErrorNote error={fault} />}
        <Button kind="primary" type="submit">
          Log in
        </Button>
      </form>
    </main>
  );
}
