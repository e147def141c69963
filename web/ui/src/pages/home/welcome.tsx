import { Copy } from "@/parts/copy";
import { Note } from "@/parts/notes";
import { Card } from "@/parts/page";

const kFirst = `id: hello
schedule: "*/5 * * * *"
params: {name: world}
tasks:
  greet: {run: 'echo "Hello $NAME"', env: {NAME: "\${{ params.name }}"}}
  done:  {needs: greet, run: "echo done"}
`;

/** A new installation has no DAG: this says how to get one. */
export function Welcome({ errors }: { errors: number }) {
  return (
    <>
      {errors > 0 && (
        <Note kind="bad">
          {errors === 1 ? "A file in the DAG folder can't be used." : `${errors} files in the DAG folder can't be used.`} <a href="/errors">See why</a>
        </Note>
      )}
      <Card title="Welcome to Weir">
        <ol class="welcome">
          <li>
            <h3>Write a DAG</h3>
            <p>
              A DAG is a YAML file in the DAG folder (<code>dags</code>, unless <code>weir.yaml</code> says otherwise). Save this as <code>dags/hello.yaml</code>:
            </p>
            <div class="welcome-code">
              <pre class="code">{kFirst}</pre>
              <Copy text={kFirst} what="the DAG" />
            </div>
          </li>
          <li>
            <h3>It appears here</h3>
            <p>Weir reads the folder as soon as a file in it changes. A mistake is told with its line on the page of import errors; what was there before goes on.</p>
          </li>
          <li>
            <h3>Run it</h3>
            <p>
              By its schedule, by the button on its page, or with <code>weir trigger hello</code>. To run DAGs by the windows of a stream instead, tell Weir of them with{" "}
              <code>weir windows complete</code> or a source in <code>weir.yaml</code>.
            </p>
          </li>
        </ol>
      </Card>
    </>
  );
}
