// What the farm renders here: a script that writes its start and its end into the ledger, sleeps between, and fails now and then.
import { writeFileSync } from "node:fs";

/** How a task of a job behaves: how long it takes, ms, and how many of a hundred attempts fail, or ask to be requeued. */
export type Manner = { least: number; most: number; failing: number; asking: number };

// One line a write: the builtin printf writes it whole, and a file opened for appending keeps writes apart.
// Chance is reckoned from job, task and attempt, so that the same attempt behaves the same however often it is looked at.
const text = `#!/bin/bash
ledger=$1 least=$2 most=$3 failing=$4 asking=$5
note() {
  local now=\${EPOCHREALTIME/[^0-9]/}
  printf '%s\\n' "$1 $DRQUEUE_JOBID $DRQUEUE_TASK $DRQUEUE_ATTEMPT $$ $DRQUEUE_COMPID \${now%???} $2" >>"$ledger"
}
luck=$(((DRQUEUE_JOBID * 7919 + DRQUEUE_TASK * 104729 + DRQUEUE_ATTEMPT * 1299709) % 1000003))
ms=$((least + luck % (most - least + 1)))
note start "$DRQUEUE_RANGES"
echo "frames $DRQUEUE_FRAMES for $ms ms"
printf -v seconds '%d.%03d' $((ms / 1000)) $((ms % 1000))
sleep "$seconds"
luck=$((luck / 7 % 100))
if ((luck < failing)); then note end 3; exit 3; fi
if ((luck < failing + asking)); then note end 130; kill -INT $PPID; exit 0; fi
note end 0
`;

/** Writes the script to a file. */
export function writeJobscript(file: string): void {
  writeFileSync(file, text, { mode: 0o755 });
}

/** The command of a job. */
export function commandOf(script: string, ledger: string, { least, most, failing, asking }: Manner): string[] {
  return [script, ledger, `${least}`, `${most}`, `${failing}`, `${asking}`];
}
