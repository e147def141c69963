import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

/** The small form that stands before everything else. */
export function LoginCard(props: { title: string; children: ComponentChildren; button?: (busy: boolean) => ComponentChildren; onSubmit?: () => Promise<unknown> }) {
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = props.title === "Weir" ? "Log in · Weir" : `${props.title} · Weir`;
  }, [props.title]);
  return (
    <main class="login">
      <form
        class="card login-card"
        onSubmit={(event) => {
          event.preventDefault();
          if (busy) return;
          setBusy(true);
          void props.onSubmit?.().finally(() => setBusy(false));
        }}
      >
        <h1>
          <img src="/weir.svg" width="34" height="34" alt="" /> {props.title}
        </h1>
        {props.children}
        {props.button?.(busy)}
      </form>
    </main>
  );
}
