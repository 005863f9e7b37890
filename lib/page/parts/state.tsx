// A state as a word with its colour and shape.
const words: Record<string, string> = { off_hours: "off hours", gone: "gone" };

export function State({ state }: { state: string }) {
  return <span class={`badge ${state}`}>{words[state] ?? state}</span>;
}
