// A block or element this page does not draw: a quiet box with its name, so nothing is lost in silence.
import { Component, type ComponentChildren } from "preact";
import { T } from "../text";

export function Unknown({ type }: { type: unknown }) {
  return <div class="unknown">{T.unknownBlock(String(type))}</div>;
}

/** Keeps one malformed block from taking the page with it. */
export class Careful extends Component<{ children: ComponentChildren }, { broken: boolean }> {
  override state = { broken: false };
  static override getDerivedStateFromError() {
    return { broken: true };
  }
  render() {
    return this.state.broken ? <div class="unknown">{T.brokenBlock}</div> : this.props.children;
  }
}
