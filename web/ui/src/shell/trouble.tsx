import { useEffect, useState } from "preact/hooks";
import { address } from "@/api/client";
import { isConnected, onConnection } from "@/api/live";
import type { Health } from "@/api/types";
import { useApi } from "@/api/use";
import { Note } from "@/parts/notes";

/** A short break of the stream is not worth a word. */
const kPatience = 4000;
/** A disk fills while nothing happens of which the stream would tell. */
const kLook = 15_000;

/** What a person must know on every page: that the daemon is in trouble, or that this page has lost it. */
export function Trouble() {
  const { data } = useApi<Health>(address("/monitor/health"), undefined, kLook);
  const [lost, setLost] = useState(false);
  useEffect(() => {
    let timer: number | undefined;
    const see = (connected: boolean) => {
      window.clearTimeout(timer);
      if (connected) setLost(false);
      else timer = window.setTimeout(setLost, kPatience, true);
    };
    see(isConnected());
    const end = onConnection(see);
    return () => {
      end();
      window.clearTimeout(timer);
    };
  }, []);
  return (
    <>
      {data?.problem && <Note kind="bad">{data.problem}</Note>}
      {lost && <Note kind="warn">The live connection is lost. This page looks again every few seconds.</Note>}
    </>
  );
}
