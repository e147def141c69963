import { PageHead } from "@/parts/page";
import { BackfillList } from "@/parts/backfill_list";

export default function Backfills() {
  return (
    <>
      <PageHead title="Backfills" />
      <BackfillList />
    </>
  );
}
