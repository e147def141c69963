import { wordsOfState } from "@/model/states";

/** Which states there are, and how many of each. Pressed ones are those that are asked for. */
export function Legend(props: { label: string; states: { state: string; count?: number }[]; chosen: ReadonlySet<string>; onChosen: (chosen: Set<string>) => void }) {
  const toggle = (state: string) => {
    const next = new Set(props.chosen);
    if (!next.delete(state)) next.add(state);
    props.onChosen(next);
  };
  return (
    <div class="legend" role="group" aria-label={props.label}>
      {props.states.map(({ state, count }) => (
        <button key={state} type="button" class="legend-state" data-state={state} aria-pressed={props.chosen.has(state)} onClick={() => toggle(state)}>
          <span class="dot" />
          {wordsOfState(state)}
          {count !== undefined && <span class="number muted">{count.toLocaleString("en")}</span>}
        </button>
      ))}
    </div>
  );
}

/** Chosen states as they stand in an address: "failed,running". */
export const chosenOf = (text: string | undefined): Set<string> => new Set((text ?? "").split(",").filter(Boolean));
export const textOfChosen = (chosen: ReadonlySet<string>): string => [...chosen].sort().join(",");
