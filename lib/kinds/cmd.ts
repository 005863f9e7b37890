// Writes the jobscript of a kind for Windows. Delayed expansion puts a value in when cmd has read the line already, so nothing in the value
// can be taken for syntax; it is escaped only for the program, which takes its command line apart by the rules of Microsoft's C library.
import { type Kind, programField, type Value, variableOf, type Word } from "./kind";

/** The jobscript in cmd. No value stands in it: the slave sets the variables. */
export function cmdScript(kind: Kind, fields: Record<string, unknown>): string {
  const words = kind.words(fields);
  const names = Object.keys(kind.fields.shape).map((name) => variableOf(kind, name).slice("DRQUEUE_".length));
  const parts = words.flat() as readonly (string | Value)[];
  // Where a line has a value in it, cmd takes carets away once more.
  const delayed = parts.some((part) => (typeof part === "string" ? /[!%]/.test(part) : !isPlain(part)));
  const command = ['"!DRQUEUE_PROGRAM!"', ...words.map((word) => cmdWord(kind, word, delayed))].join(" ");
  const stop = "if not !errorlevel! == 0 exit /b !errorlevel!";
  const frames =
    kind.each === "range"
      ? [`    ${command}`, `    ${stop}`]
      : ["    for /l %%n in (%%a,%%c,%%b) do (", "      call :frame %%n", `      ${command}`, `      ${stop}`, "    )"];
  return [
    "@echo off",
    "setlocal EnableExtensions EnableDelayedExpansion",
    `rem ${kind.title}. The slave sets the variables.`,
    'if not defined DRQUEUE_RANGES set "DRQUEUE_RANGES=1:1:1"',
    'if not defined DRQUEUE_PAD set "DRQUEUE_PAD=4"',
    // Inside the loops, %a and the like would be their variables.
    ...(parts.some((part) => typeof part === "string" && part.includes("%")) ? ['set "percent=%%"'] : []),
    'for %%e in (.bat .cmd) do if /i "!DRQUEUE_PROGRAM:~-4!" == "%%e" (',
    "  echo A batch file would end this script before its time: name the program itself. 1>&2",
    "  exit /b 2",
    ")",
    ...(names.length > 0 ? [`for %%v in (${names.join(" ")}) do call :argument %%v`] : []),
    ...(kind.startIn !== undefined && fields[kind.startIn] !== undefined
      ? [`cd /d "!${variableOf(kind, kind.startIn)}!" || exit /b 1`]
      : []),
    "",
    "rem The frames of the task as first:last:step, once for each range.",
    "for %%r in (%DRQUEUE_RANGES%) do (",
    '  for /f "tokens=1-3 delims=:" %%a in ("%%r") do (',
    ...(kind.lowestFrame === undefined
      ? []
      : [
          `    if %%a lss ${kind.lowestFrame} (`,
          `      echo It renders no frames below ${kind.lowestFrame}. 1>&2`,
          "      exit /b 2",
          "    )",
        ]),
    ...frames,
    "  )",
    ")",
    "exit /b 0",
    ...(kind.each === "frame" ? frameLines : []),
    ...(names.length > 0 ? argumentLines : []),
    "",
  ].join("\r\n");
}

/** Sets the variables that say the frame. */
const frameLines = [
  "",
  ":frame",
  'set "DRQUEUE_FRAME=%1"',
  'set "sign="',
  'set "digits=%1"',
  'if "!digits:~0,1!" == "-" (',
  '  set "sign=-"',
  '  set "digits=!digits:~1!"',
  ")",
  'for /l %%z in (1,1,11) do if %%z lss !DRQUEUE_PAD! if "!digits:~%%z,1!" == "" set "digits=0!digits!"',
  'set "DRQUEUE_PADFRAME=!sign!!digits!"',
  "exit /b 0",
];

/** Copies DRQUEUE_name to ARG_name with a backslash before each quote, and those before a quote or the end doubled. */
const argumentLines = [
  "",
  ":argument",
  'set "ARG_%1="',
  "if not defined DRQUEUE_%1 exit /b 0",
  'set "text=!DRQUEUE_%1!"',
  'set "text=!text:\\"=\\\\"!"',
  'set "text=!text:"=\\"!"',
  'set "rest=!text!"',
  ":backslash",
  'if "!rest:~-1!" == "\\" (',
  '  set "text=!text!\\"',
  '  set "rest=!rest:~0,-1!"',
  "  if defined rest goto :backslash",
  ")",
  'set "ARG_%1=!text!"',
  "exit /b 0",
];

const cmdFrames = { first: "%%a", last: "%%b", step: "%%c", number: "%%n", padded: "!DRQUEUE_PADFRAME!" };

const isPlain = (part: Value) => "frame" in part && part.frame !== "padded";

function cmdWord(kind: Kind, word: Word, delayed: boolean): string {
  const parts = [word].flat() as (string | Value)[];
  const plain = parts.every((part) => (typeof part === "string" ? /^[\w@+=:./\\,-]+$/.test(part) : isPlain(part)));
  const text = parts
    .map((part) => {
      if (typeof part === "string") return plain ? part : cmdText(part, delayed);
      if ("frame" in part) return cmdFrames[part.frame];
      return part.field === programField
        ? "!DRQUEUE_PROGRAM!"
        : `!${variableOf(kind, part.field).replace("DRQUEUE_", "ARG_")}!`;
    })
    .join("");
  return plain ? text : `^"${text}${/(\\+)$/.exec(text)?.[1] ?? ""}^"`;
}

/** Fixed text inside quotes for the program; cmd itself sees no quotes, since those would switch its own quoting on and off. */
function cmdText(text: string, delayed: boolean): string {
  return text.replace(/(\\*)"/g, '$1$1\\"').replace(/[&|<>()^"!%]/g, (sign) => {
    if (sign === "%") return "!percent!";
    if (sign === "!") return "^^!";
    return sign === "^" && delayed ? "^^^^" : `^${sign}`;
  });
}
