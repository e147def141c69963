// What is shown to somebody who is not logged in: the login, or at the first start the setup.
import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { address } from "@/api/client";
import type { AuthStatus, Me } from "@/api/types";
import { useApi } from "@/api/use";
import { Login } from "./login";
import { Setup } from "./setup";

export function Entrance({ onEnter, ended = false }: { onEnter: (me: Me) => void; ended?: boolean }) {
  const { path, route } = useLocation();
  const { data, error } = useApi<AuthStatus>(address("/auth/status"));
  // Kept here and not in the address bar, where a screen shot or the history would keep it.
  const [token] = useState(() => (path === "/setup" ? location.hash.slice(1) : ""));
  const enter = (me: Me) => {
    if (path === "/setup") route("/", true);
    onEnter(me);
  };
  if (!data && !error) return null;
  return data?.setup ? <Setup token={token} onEnter={enter} /> : <Login onEnter={enter} ended={ended} />;
}
