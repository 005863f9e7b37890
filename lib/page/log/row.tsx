// A line of a log as it is shown.
import { type Marked, marked, type Stretch } from "./colours";
import type { Seen } from "./looking";

/** `number`: in the log, where that is known. `left`: so many bytes of it are not shown. */
export type RowProps = {
  number: number | undefined;
  parts: readonly Stretch[];
  left: number;
  seen: Seen;
  isCurrent: boolean;
  href: string;
};

/** Says of a log that was too long to be kept what is missing. */
const cutNote = /^# \d+ of \d+ bytes are left out here$/;

export function Row({ number, parts, left, seen, isCurrent, href }: RowProps) {
  const isNote = parts.length === 1 && cutNote.test(parts[0]!.text);
  const names = ["log-row", seen.mark && `log-${seen.mark}`, isCurrent && "log-current", isNote && "log-note"];
  return (
    <div class={names.filter(Boolean).join(" ")} aria-current={isCurrent ? "true" : undefined}>
      <a
        class="log-number"
        href={href}
        tabIndex={-1}
        aria-label={number === undefined ? "Link to this line" : undefined}
      >
        {number ?? "·"}
      </a>
      <span class="log-text">
        {seen.mark && <span class="visually-hidden">{seen.mark === "fatal" ? "Error: " : "Warning: "}</span>}
        {marked(parts, seen.places ?? []).map(stretch)}
        {left > 0 && (
          <i class="log-left"> … {left.toLocaleString("en-US")} more bytes of this line are in the download</i>
        )}
      </span>
    </div>
  );
}

function stretch({ text, classes, ink, paper, found }: Marked) {
  if (classes === "") return found ? <mark>{text}</mark> : text;
  const style = { ...(ink && { "--log-ink": ink }), ...(paper && { "--log-paper": paper }) };
  return (
    <span class={classes} style={style}>
      {found ? <mark>{text}</mark> : text}
    </span>
  );
}
