import { useEffect, useState } from "preact/hooks";
import { type ApiError, change } from "@/api/client";
import type { Me } from "@/api/types";
import { Button } from "@/parts/button";
import { TextField } from "@/parts/field";
import { ErrorNote, Note } from "@/parts/notes";
import { LoginCard } from "./login_card";

/** Seconds until another try is taken, counted down. */
function useCountdown(): [number, (seconds: number) => void] {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (left <= 0) return;
    const timer = window.setTimeout(setLeft, 1000, left - 1);
    return () => window.clearTimeout(timer);
  }, [left]);
  return [left, setLeft];
}

export function Login({ onEnter, ended }: { onEnter: (me: Me) => void; ended: boolean }) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [fault, setFault] = useState<ApiError | null>(null);
  const [wait, setWait] = useCountdown();
  const enter = () =>
    change<Me>("POST", "/auth/login", { username, password }).then(onEnter, (error: ApiError) => {
      setFault(error.status === 429 ? null : error);
      setWait(error.status === 429 ? (error.retryAfter ?? 1) : 0);
      if (error.status === 401) setPassword("");
    });
  return (
    <LoginCard title="Weir" onSubmit={enter}
      button={(busy) => (
        <Button kind="primary" type="submit" disabled={wait > 0 || busy}>
          {wait > 0 ? `Wait ${wait} s` : "Log in"}
        </Button>
      )}
    >
      <TextField label="User name" value={username} onValue={setUsername} autoComplete="username" autoCapitalize="none" spellcheck={false} autoFocus required />
      <TextField label="Password" type="password" value={password} onValue={setPassword} autoComplete="current-password" required />
      {ended && !fault && wait === 0 && <Note kind="warn">Your session has ended. Log in to go on where you were.</Note>}
      {fault && <ErrorNote error={fault} />}
      {wait > 0 && <Note kind="warn">Too many tries. The next one is taken in {wait} s.</Note>}
    </LoginCard>
  );
}
