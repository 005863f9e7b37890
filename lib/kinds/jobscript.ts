// Writes the jobscript of a kind: plain sh; cmd.ts does it for Windows. Values come to it as variables, so that no text of a person is
// ever part of the script's syntax: what stands in the head are only defaults, for who starts the script by hand.
import { cmdScript } from "./cmd";
import { type Kind, programField, type Value, variableOf, type Word } from "./kind";

/** What jobscripts are written in. */
export type Shell = "sh" | "cmd";

/** The variables that the fields of a job become, `DRQUEUE_SCENE` and so on; fields without a value have none. */
export function variablesOf(kind: Kind, fields: Record<string, unknown>): Record<string, string> {
  const named = Object.keys(kind.fields.shape).flatMap((name): [string, string][] =>
    fields[name] === undefined ? [] : [[variableOf(kind, name), `${fields[name]}`]],
  );
  return { DRQUEUE_PROGRAM: `${fields[programField] ?? kind.program}`, ...Object.fromEntries(named) };
}

/** The jobscript of a job of this kind. It ends with the renderer's own exit code, at the first that is not 0. */
export function jobscript(kind: Kind, fields: Record<string, unknown>, shell: Shell): string {
  return shell === "sh" ? shScript(kind, fields) : cmdScript(kind, fields);
}

function shScript(kind: Kind, fields: Record<string, unknown>): string {
  const variables = Object.entries(variablesOf(kind, fields));
  const words: Word[] = [{ field: programField }, ...kind.words(fields)];
  const command = words.map((word) => shWord(kind, word)).join(" ");
  const frames =
    kind.each === "range"
      ? [`  ${command} || exit`]
      : [
          "  DRQUEUE_FRAME=$first",
          '  while [ "$DRQUEUE_FRAME" -le "$last" ]; do',
          '    DRQUEUE_PADFRAME=$(printf "%0${DRQUEUE_PAD:-4}d" "${DRQUEUE_FRAME#-}")',
          "    case $DRQUEUE_FRAME in -*) DRQUEUE_PADFRAME=-$DRQUEUE_PADFRAME ;; esac",
          "    export DRQUEUE_FRAME DRQUEUE_PADFRAME",
          `    ${command} || exit`,
          "    DRQUEUE_FRAME=$((DRQUEUE_FRAME + step))",
          "  done",
        ];
  return [
    "#!/bin/sh",
    `# ${kind.title}. The slave sets these variables, with paths as it sees them; here is what they are without it.`,
    ...variables.map(([name, value]) => `[ -n "\${${name}+set}" ] || ${name}=${shQuoted(value)}`),
    `export ${variables.map(([name]) => name).join(" ")}`,
    ...(kind.startIn !== undefined && fields[kind.startIn] !== undefined
      ? [`cd -- "$${variableOf(kind, kind.startIn)}" || exit`]
      : []),
    "",
    "# The frames of the task as first:last:step, once for each range.",
    "for range in ${DRQUEUE_RANGES:-1:1:1}; do",
    "  first=${range%%:*} rest=${range#*:}",
    "  last=${rest%%:*} step=${rest#*:}",
    ...(kind.lowestFrame === undefined
      ? []
      : [
          `  if [ "$first" -lt ${kind.lowestFrame} ]; then`,
          `    echo ${shQuoted(`${kind.title} renders no frames below ${kind.lowestFrame}`)} >&2`,
          "    exit 2",
          "  fi",
        ]),
    ...frames,
    "done",
    "",
  ].join("\n");
}

/** Any text as one word of sh. */
function shQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const shFrames = {
  first: "$first",
  last: "$last",
  step: "$step",
  number: "$DRQUEUE_FRAME",
  padded: "$DRQUEUE_PADFRAME",
};

function shWord(kind: Kind, word: Word): string {
  const parts = ([word] as (Word | (string | Value))[]).flat() as (string | Value)[];
  return parts
    .map((part) => {
      if (typeof part !== "string")
        return `"${"field" in part ? `$${variableOf(kind, part.field)}` : shFrames[part.frame]}"`;
      return /^[\w@%+=:,./-]+$/.test(part) ? part : shQuoted(part);
    })
    .join("");
}
