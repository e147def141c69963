import { change, path } from "@/api/client";
import type { LedgerEvent } from "@/api/types";
import { kDispositions } from "@/model/dispositions";
import { eventHref, runHref } from "@/model/links";
import { useSession } from "@/model/session";
import { Button } from "@/parts/button";
import { attempt } from "@/parts/toasts";

export function Disposition({ of }: { of: string }) {
  const known = kDispositions[of];
  return (
    <span class="badge" data-state={known?.colour ?? "none"} title={known?.means}>
      <span class="dot" />
      {of.replaceAll("_", " ")}
    </span>
  );
}

export const RunOf = ({ event }: { event: LedgerEvent }) =>
  event.dag_id && event.dag_run_id ? (
    <a href={runHref(event.dag_id, event.dag_run_id)}>
      {event.dag_id} <span class="small">{event.dag_run_id}</span>
    </a>
  ) : (
    <span class="muted">–</span>
  );

/** Takes a rejected event once more. */
export function Replay({ event, onReplayed, small }: { event: LedgerEvent; onReplayed: (line: LedgerEvent) => unknown; small?: boolean }) {
  const { may } = useSession();
  if (event.disposition !== "rejected") return null;
  const replay = () =>
    attempt(`Event ${event.event_id} was replayed`, async () => {
      await onReplayed(await change<LedgerEvent>("POST", path("events", event.event_id) + "/replay"));
    });
  return (
    <Button small={small} icon="retry" disabled={!may("operator")} title={may("operator") ? "Take it once more" : "Replaying needs the role operator"} onClick={replay}>
      Replay
    </Button>
  );
}

/** A CloudEvent's attribute as text. */
export const attribute = (event: LedgerEvent, name: string): string | null => {
  const value = event.event?.[name];
  return value === undefined || value === null ? null : String(value);
};

export const EventLink = ({ id }: { id: number }) => <a class="number" href={eventHref(id)}>{id}</a>;
