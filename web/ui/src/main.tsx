import { render } from "preact";
import { App } from "./app";
import { preload } from "./routes";
import "./style/index.css";

preload(location.pathname);
// In a task of its own: the page that is asked for is fetched once this one has ended.
setTimeout(() => render(<App />, document.getElementById("app")!));
