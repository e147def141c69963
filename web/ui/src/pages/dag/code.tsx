// The DAG's file: the version that is in force, and where the file on disk has errors that one, with each error under its line.
import { address, path } from "@/api/client";
import { ofKind } from "@/api/live";
import type { DagDetails, DagSource, ImportErrorList } from "@/api/types";
import { useApi } from "@/api/use";
import { useQuery } from "@/model/query";
import { BrokenFile } from "@/parts/broken_file";
import { Note, Show } from "@/parts/notes";
import { Card } from "@/parts/page";
import { Source } from "@/parts/source";
import { Views } from "@/parts/views";

const kConcerns = ofKind("catalog", "dag");

export function Code({ dag }: { dag: DagDetails }) {
  const source = useApi<DagSource>(address(path("dagSources", dag.dag_id)), kConcerns);
  const errors = useApi<ImportErrorList>(address("/importErrors", { limit: 1000 }), kConcerns);
  const broken = errors.data?.import_errors.find((error) => error.filename === dag.fileloc);
  const [query, setQuery] = useQuery();
  const view = query.view === "force" ? "force" : "disk";
  const version = dag.latest_dag_version && `version ${dag.latest_dag_version.version_number}`;
  return (
    <Card flush title={<code>{dag.fileloc}</code>}
      actions={
        <>
          {broken && <Views label="Which text is shown" of={[["disk", "File on disk"], ["force", "In force"]]} value={view} onValue={(next) => setQuery({ view: next === "disk" ? "" : next })} />}
          {version && <span class="small muted">{version}</span>}
        </>
      }
    >
      {broken && <Note kind="bad">The file on disk has errors, so {version ?? "the version before"} stays in force.</Note>}
      {broken && view === "disk" ? (
        <BrokenFile error={broken} anchors />
      ) : (
        <Show of={source} lines={12}>
          {({ content }) => <Source text={content} label="YAML" anchors />}
        </Show>
      )}
    </Card>
  );
}
