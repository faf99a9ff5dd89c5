// Where the page begins.
import "./styles/all.css";
import { render } from "preact";
import { App } from "./chrome/app";
import { startTheme } from "./chrome/theme";
import { start } from "./room";

startTheme();
render(<App />, document.getElementById("page") as HTMLElement);
void start();
