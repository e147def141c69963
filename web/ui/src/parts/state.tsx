import { wordsOfState } from "@/model/states";

/** A state in its colour and in words. */
export function StateBadge({ state }: { state: string | null }) {
  return (
    <span class="badge" data-state={state ?? "none"}>
      <span class="dot" />
      {wordsOfState(state)}
    </span>
  );
}

/** A state as a coloured dot, named for those who don't see it. */
export function StateDot({ state }: { state: string | null }) {
  return <span class="dot" data-state={state ?? "none"} role="img" aria-label={wordsOfState(state)} title={wordsOfState(state)} />;
}
