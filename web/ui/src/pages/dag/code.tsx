// The DAG's file, as it is in force, with what is wrong in the file on disk at its place.
import { address, path } from "@/api/client";
import { ofKind } from "@/api/live";
import type { DagDetails, DagSource, ImportErrorList } from "@/api/types";
import { useApi } from "@/api/use";
import { tokensOf } from "@/model/yaml_tokens";
import { Note, Show } from "@/parts/notes";
import { Card } from "@/parts/page";

const kConcerns = ofKind("catalog", "dag");

export function Code({ dag }: { dag: DagDetails }) {
  const source = useApi<DagSource>(address(path("dagSources", dag.dag_id)), kConcerns);
  const errors = useApi<ImportErrorList>(address("/importErrors", { limit: 1000 }), kConcerns);
  const faults = errors.data?.import_errors.filter((error) => error.filename === dag.fileloc).flatMap((error) => error.diagnostics) ?? [];
  return (
    <Card flush title={<code>{dag.fileloc}</code>} actions={dag.latest_dag_version && <span class="small muted">version {dag.latest_dag_version.version_number}</span>}>
      <Show of={source} lines={12}>
        {({ content }) => (
          <>
            {faults.length > 0 && (
              <Note kind="bad">
                The file on disk has errors, so the version below stays in force. The lines are those of the file on disk.
                {faults.map((fault, i) => (
                  <p key={i} class="mono">
                    {fault.file}:{fault.line}:{fault.column}: {fault.message}
                  </p>
                ))}
              </Note>
            )}
            <pre class="source" tabIndex={0} aria-label="YAML">
              {content.replace(/\n$/, "").split("\n").map((line, i) => (
                <div key={i} class="source-line" id={`line-${i + 1}`}>
                  <span class="source-number" aria-hidden="true">
                    {i + 1}
                  </span>
                  <code>
                    {tokensOf(line).map((token, at) => (
                      <span key={at} class={`token-${token.kind}`}>
                        {token.text}
                      </span>
                    ))}
                    {line === "" && "\n"}
                  </code>
                </div>
              ))}
            </pre>
          </>
        )}
      </Show>
    </Card>
  );
}
