// Who is looking, and what they may do. The daemon decides; pages only leave out what it would refuse.
import { type ComponentChildren, createContext } from "preact";
import { useContext, useLayoutEffect, useRef, useState } from "preact/hooks";
import { mutate } from "swr";
import { ApiError, address, change, get, setCsrfToken, whenLoggedOut } from "@/api/client";
import type { Me, Role } from "@/api/types";

export const kRoles = ["viewer", "user", "operator", "admin"] as const;

export interface Session {
  me: Me;
  /** Whether this role, or one below it, is what they have. */
  may: (role: Role) => boolean;
  logOut: () => Promise<void>;
  setMe: (me: Me) => void;
}

const kAskAgain = 3000;

/** What was read for one user is not for the next. */
const forget = () => void mutate(() => true, undefined, { revalidate: false });

const Context = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error("there is no SessionProvider above");
  return session;
}

/** Shows `login` until somebody is logged in; `ended`: somebody was, and the daemon no longer knows them. */
export function SessionProvider(props: { login: (enter: (me: Me) => void, ended: boolean) => ComponentChildren; children: ComponentChildren }) {
  const [me, setMe] = useState<Me | null | undefined>(undefined);
  const isInside = useRef(false); // until they log out themselves
  const [fault, setFault] = useState<ApiError | null>(null);
  const enter = (next: Me) => {
    isInside.current = true;
    setCsrfToken(next.csrf_token);
    setMe(next);
  };
  // Not after the next paint: nothing is shown until this is answered.
  useLayoutEffect(() => {
    whenLoggedOut(() => setMe(null));
    let timer: number | undefined;
    const ask = () =>
      get<Me>(address("/auth/me")).then(
        (known) => (setFault(null), enter(known)),
        (error: ApiError) => {
          if (error.status === 401) return setMe(null);
          setFault(error);
          // A daemon that starts is soon there.
          timer = window.setTimeout(ask, kAskAgain);
        },
      );
    void ask();
    return () => window.clearTimeout(timer);
  }, []);
  if (fault)
    return (
      <main class="shell-page">
        <p class="note bad" role="alert">
          {fault.message}
        </p>
      </main>
    );
  if (me === undefined) return null;
  if (me === null) return <>{props.login((next) => (forget(), enter(next)), isInside.current)}</>;
  const session: Session = {
    me,
    may: (role) => kRoles.indexOf(me.role) >= kRoles.indexOf(role),
    logOut: async () => {
      await change("POST", "/auth/logout");
      isInside.current = false;
      setCsrfToken(null);
      setMe(null);
    },
    setMe: enter,
  };
  return <Context.Provider value={session}>{props.children}</Context.Provider>;
}

/** For tests and for what is shown without a login. */
export const SessionContext = Context;
