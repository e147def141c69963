import { Button } from "@/parts/button";
import { Empty } from "@/parts/notes";
import { PageHead } from "@/parts/page";

/** The page's own file did not come: the daemon is away, or is a newer one, which has other files. */
export default function NotLoaded() {
  return (
    <>
      <PageHead title="Not loaded" />
      <Empty title="This page could not be loaded">
        Weir is away for a moment, or has been upgraded since this tab was opened.{" "}
        <Button small icon="retry" onClick={() => location.reload()}>
          Load it anew
        </Button>
      </Empty>
    </>
  );
}
