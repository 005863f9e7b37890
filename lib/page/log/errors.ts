// Which lines of a log are errors: those that the job says of its output, else what most programs say.
import type { OutputRules } from "../../rules";

const usual = [
  "\\b(?:[Ee]rror|ERROR)\\b(?!s?\\s*[:=]\\s*(?:0|none|None)\\b)",
  "\\b(?:[Ff]atal|FATAL)\\b",
  "^Traceback \\(most recent call last\\)",
  "\\b[A-Z]\\w+(?:Error|Exception)\\b",
  "[Ss]egmentation fault|\\bcore dumped\\b",
  "[Oo]ut of memory|[Cc]annot allocate memory",
  "[Nn]o such file or directory|command not found|[Pp]ermission denied|No space left on device",
];

/** What marks the lines of a job's logs. */
export function rulesOf({ fatal = [], warning = [] }: OutputRules): OutputRules {
  return { fatal: fatal.length > 0 ? fatal : usual, warning };
}

/** What may tell of an error in a log without a line that the job calls so. */
export function suspicions({ warning = [] }: OutputRules): OutputRules {
  return { fatal: [...warning, ...usual].slice(0, 50) };
}
