import { useState } from "preact/hooks";
import { ApiError, change } from "@/api/client";
import type { Me } from "@/api/types";
import { passwordFault } from "@/model/passwords";
import { useSession } from "@/model/session";
import { Button } from "@/parts/button";
import { TextField } from "@/parts/field";
import { NewPasswordFields, kNoPassword } from "@/parts/new_password";
import { ErrorNote, Note } from "@/parts/notes";
import { Card, Facts, PageHead } from "@/parts/page";
import { toast } from "@/parts/toasts";

const kVia: Record<Me["via"], string> = { session: "a login in this browser", token: "a token", unix: "the daemon's socket", off: "nothing: logins are off" };

function ChangePassword() {
  const { setMe } = useSession();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState(kNoPassword);
  const [faults, setFaults] = useState<ReturnType<typeof passwordFault>>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const save = async () => {
    const found = passwordFault(fresh.password, fresh.again);
    setFaults(found);
    setError(null);
    if (found) return;
    try {
      setMe(await change<Me>("PATCH", "/auth/me", { old_password: old, new_password: fresh.password }));
      setOld("");
      setFresh(kNoPassword);
      toast("good", "The password is changed");
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(failure);
    }
  };
  return (
    <Card title="Change the password">
      <form class="narrow-form" onSubmit={(event) => (event.preventDefault(), void save())}>
        <TextField label="Password so far" type="password" autoComplete="current-password" required value={old} onValue={setOld} />
        <NewPasswordFields value={fresh} onValue={setFresh} faults={faults} />
        {error && <ErrorNote error={error} />}
        <div>
          <Button kind="primary" type="submit">
            Change it
          </Button>
        </div>
      </form>
    </Card>
  );
}

export default function Account() {
  const { me } = useSession();
  return (
    <>
      <PageHead title="Account" />
      <Card title={me.username}>
        <Facts of={[["Role", me.role], ["Known by", kVia[me.via]], ["For programs", <a href="/tokens">API tokens</a>]]} />
      </Card>
      {me.via === "session" ? <ChangePassword /> : <Note>Without a login there is no password to change.</Note>}
    </>
  );
}
