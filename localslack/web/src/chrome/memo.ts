// Skips drawing a component again while its properties are the same ones.
import { Component, type ComponentType, h } from "preact";

export function memo<P extends object>(Inner: (props: P) => preact.ComponentChild): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const now = this.props as Record<string, unknown>;
      const then = next as Record<string, unknown>;
      return Object.keys({ ...now, ...then }).some((key) => now[key] !== then[key]);
    }
    render() {
      return h(Inner as ComponentType<P>, this.props as P & preact.Attributes);
    }
  };
}
