// Where the page begins: bundled by Bun with all that it imports.
import { render } from "preact";
import { App } from "./app";
import "./style/tokens.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/parts.css";

render(<App />, document.getElementById("page")!);
