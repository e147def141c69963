import { render } from "preact";
import { App } from "./app";
import { preload } from "./routes";
import "./style/index.css";

render(<App />, document.getElementById("app")!);
preload(location.pathname);
