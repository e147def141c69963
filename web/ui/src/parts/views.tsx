/** Ways to look at the same thing, in the head of its card. */
export function Views<View extends string>({ of, value, label, onValue }: { of: [view: View, text: string][]; value: View; label: string; onValue: (view: View) => void }) {
  return (
    <span class="row" role="group" aria-label={label}>
      {of.map(([view, text]) => (
        <button key={view} type="button" class="view-button" aria-pressed={view === value} onClick={() => onValue(view)}>
          {text}
        </button>
      ))}
    </span>
  );
}
