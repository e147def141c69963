import { Empty } from "@/parts/notes";
import { PageHead } from "@/parts/page";

export default function NotFound() {
  return (
    <>
      <PageHead title="Not found" />
      <Empty title="There is no such page">
        <a href="/">To the start</a>, or search with Ctrl K.
      </Empty>
    </>
  );
}
