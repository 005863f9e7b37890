// What stands where a view broke, which is a fault of the page: the rest of it goes on.
import { Component, type ComponentChildren } from "preact";
import { wordsOf } from "./farm-client";

export class Broken extends Component<{ children: ComponentChildren }, { error: unknown }> {
  override state = { error: undefined as unknown };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ error });
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return (
      <p class="problem" role="alert">
        This view broke: {wordsOf(this.state.error)}.{" "}
        <button type="button" onClick={() => this.setState({ error: undefined })}>
          Try again
        </button>
      </p>
    );
  }
}
