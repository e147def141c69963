import type { ComponentChildren } from "preact";
import type { SWRResponse } from "swr";
import type { ApiError } from "@/api/client";
import { Button } from "./button";
import { Icon } from "./icon";

export function Note({ kind = "plain", children }: { kind?: "plain" | "bad" | "warn" | "good"; children: ComponentChildren }) {
  const icon = kind === "good" ? "check" : kind === "plain" ? "info" : "error";
  return (
    <div class={`note ${kind}`} role={kind === "bad" ? "alert" : "status"}>
      <Icon name={icon} size={18} />
      <div>{children}</div>
    </div>
  );
}

export function ErrorNote({ error, retry }: { error: ApiError; retry?: () => unknown }) {
  return (
    <Note kind="bad">
      {error.message.split("\n").map((line) => (
        <p key={line}>{line}</p>
      ))}
      {retry && (
        <Button small icon="retry" onClick={retry}>
          Try again
        </Button>
      )}
    </Note>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h3>{title}</h3>
      {children && <p>{children}</p>}
    </div>
  );
}

export function Loading({ lines = 3 }: { lines?: number }) {
  return (
    <div class="card-body stack" aria-busy="true" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} class={`skeleton skeleton-${i % 3}`} />
      ))}
    </div>
  );
}

/** What is known of a resource: its data, that it loads, or why it can't be read. Old data stays, under the words of a fault. */
export function Show<T>({ of, children, lines }: { of: SWRResponse<T, ApiError>; children: (data: T) => ComponentChildren; lines?: number }) {
  const { data, error, mutate } = of;
  // What is not there is not there the next moment either.
  const fault = error && <ErrorNote error={error} retry={error.status === 404 ? undefined : () => mutate()} />;
  if (data === undefined) return fault ?? <Loading lines={lines} />;
  return (
    <>
      {fault}
      {children(data)}
    </>
  );
}
