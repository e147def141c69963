// A YAML file as it is written: its lines numbered and in colours, and under a line what is wrong in it.
import type { Diagnostic } from "@/api/types";
import { type Token, tokensOf } from "@/model/yaml_tokens";
import { FaultWords } from "./faults";

/** What stands at a fault: a text in quotes, a word, or a single character. */
const kThing = /^(?:"[^"]*"?|'[^']*'?|[^\s,:[\]{}]+|.)/u;

interface Piece extends Token {
  wrong?: boolean;
}

/** A column counts bytes from 1; a text is indexed by UTF-16 units from 0. */
const indexOf = (line: string, column: number): number => new TextDecoder().decode(new TextEncoder().encode(line).subarray(0, Math.max(0, column - 1))).length;

/** Cuts out what stands at the fault. */
function marked(pieces: Piece[], line: string, fault: Diagnostic): Piece[] {
  const from = indexOf(line, fault.column);
  const to = from + (kThing.exec(line.slice(from))?.[0].length ?? 0);
  let at = 0;
  return pieces.flatMap((piece) => {
    const [first, last] = [from - at, to - at].map((cut) => Math.max(0, cut));
    at += piece.text.length;
    return [
      { ...piece, text: piece.text.slice(0, first) },
      { ...piece, text: piece.text.slice(first, last), wrong: true },
      { ...piece, text: piece.text.slice(last) },
    ].filter(({ text }) => text !== "");
  });
}

/** `anchors`: a line can be linked to, as #line-7; for one source a page. */
export function Source({ text, label, faults = [], anchors }: { text: string; label: string; faults?: Diagnostic[]; anchors?: boolean }) {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
  // What is wrong with the whole file, or past its end, stands at the nearest line.
  const faultsAt = (number: number) => faults.filter(({ line }) => Math.min(Math.max(line, 1), lines.length) === number);
  return (
    <pre class="source" tabIndex={0} aria-label={label}>
      <div class="source-lines">
        {lines.map((line, i) => {
          const wrong = faultsAt(i + 1);
          const pieces = wrong.filter((fault) => fault.line === i + 1).reduce((all, fault) => marked(all, line, fault), tokensOf(line) as Piece[]);
          return (
            <div key={i} id={anchors ? `line-${i + 1}` : undefined} class="source-entry">
              <div class="source-line">
                <span class="source-number" aria-hidden="true">
                  {i + 1}
                </span>
                <code>
                  {pieces.map((piece, at) => (
                    <span key={at} class={`token-${piece.kind}${piece.wrong ? " source-wrong" : ""}`}>
                      {piece.text}
                    </span>
                  ))}
                  {line === "" && "\n"}
                </code>
              </div>
              {wrong.map((fault, at) => (
                <p key={at} class="source-fault">
                  <FaultWords of={fault} />
                </p>
              ))}
            </div>
          );
        })}
      </div>
    </pre>
  );
}
