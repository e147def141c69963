import { ofKind } from "@/api/live";
import { PageHead } from "@/parts/page";
import { RunsList } from "@/parts/runs_list";

const kConcerns = ofKind("run");

export default function Runs() {
  return (
    <>
      <PageHead title="Runs" />
      <RunsList dag_id="~" concerns={kConcerns} />
    </>
  );
}
