// Which of a DAG's runs its grid and its timeline show. What is asked for stands in the address.
import { useQuery } from "@/model/query";
import { kRunStates, wordsOfState } from "@/model/states";
import { SelectField } from "@/parts/field";
import { wordsOfType } from "./grid_model";

const kLimits = ["10", "25", "50", "100"];
const kLimit = "25";

/** What is chosen, as the daemon is asked for it. */
export function useRunFilters() {
  const [query] = useQuery();
  return { limit: query.last ?? kLimit, filter: { run_type: query.type, state: query.run_state }, isFiltered: Boolean(query.type || query.run_state) };
}

export function RunFilters() {
  const [query, setQuery] = useQuery();
  return (
    <div class="filters">
      <SelectField label="Runs" value={query.last ?? kLimit} onValue={(last) => setQuery({ last: last === kLimit ? "" : last })}
        options={kLimits.map((value) => ({ value, text: `the last ${value}` }))} />
      <SelectField label="Type" value={query.type ?? ""} onValue={(type) => setQuery({ type })}
        options={[{ value: "", text: "all" }, ...Object.entries(wordsOfType).map(([value, text]) => ({ value, text }))]} />
      <SelectField label="State of the run" value={query.run_state ?? ""} onValue={(run_state) => setQuery({ run_state })}
        options={[{ value: "", text: "all" }, ...kRunStates.map((value) => ({ value, text: wordsOfState(value) }))]} />
    </div>
  );
}
