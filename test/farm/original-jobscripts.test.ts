// Jobscripts as the original's generators wrote them, and older ones in tcsh and sh, run unmodified.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { NewJob } from "../../lib/client";
import type { Frame } from "../../lib/protocol";
import { type Farm, startFarm } from "../farm";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slots: 4 });
});
afterAll(() => farm?.[Symbol.asyncDispose]());

/** A renderer that writes down how it was called, and fails until its attempt, by a variable of the job, has come. */
const renderer = () =>
  farm.script(
    "renderer",
    '#!/bin/sh\necho "$*" >>"$CALLS"\n[ "$DRQUEUE_ATTEMPT" -ge "$GOOD" ] || exit 7\necho rendered\n',
  );

/** A generated Python script: a header of values, then the body that all jobs of a kind share. */
const python = () => `#!/usr/bin/env python3

DRQUEUE_SCENE="/mnt/show/a scene.blend"
DRQUEUE_RENDERTYPE="animation"

import os
import signal
import sys

DRQUEUE_BLOCKSIZE = int(os.environ["DRQUEUE_BLOCKSIZE"])
DRQUEUE_COMPID = int(os.environ["DRQUEUE_COMPID"])
DRQUEUE_ENDFRAME = int(os.environ["DRQUEUE_ENDFRAME"])
DRQUEUE_FRAME = int(os.environ["DRQUEUE_FRAME"])
DRQUEUE_STEPFRAME = int(os.environ["DRQUEUE_STEPFRAME"])
DRQUEUE_OS = os.environ["DRQUEUE_OS"]

last = DRQUEUE_FRAME + (DRQUEUE_BLOCKSIZE - 1) * DRQUEUE_STEPFRAME
if last > DRQUEUE_ENDFRAME:
    last = DRQUEUE_ENDFRAME

if DRQUEUE_OS == "WINDOWS":
    DRQUEUE_SCENE = DRQUEUE_SCENE.replace("/", "\\\\")

command = "${renderer()} '%s' %d %d %d" % (DRQUEUE_SCENE, DRQUEUE_FRAME, last, DRQUEUE_STEPFRAME)
print(command)
sys.stdout.flush()
status = os.system(command)

if status != 0:
    print("Requeueing frame...")
    os.kill(os.getppid(), signal.SIGINT)
    exit(1)
else:
    print("Finished.")
`;

const tcsh = () => `#!/usr/bin/env tcsh
set scene = "/mnt/show/a scene.blend"
@ last = $DRQUEUE_FRAME + ( $DRQUEUE_BLOCKSIZE - 1 ) * $DRQUEUE_STEPFRAME
if ( $last > $DRQUEUE_ENDFRAME ) then
  @ last = $DRQUEUE_ENDFRAME
endif
@ number = $DRQUEUE_COMPID + 0
${renderer()} "$scene" $DRQUEUE_FRAME $last $DRQUEUE_STEPFRAME
if ( $status != 0 ) then
  echo "Requeueing frame..."
  kill -INT $$
endif
`;

const sh = () => `#!/bin/sh
scene="/mnt/show/a scene.blend"
last=$((DRQUEUE_FRAME + (DRQUEUE_BLOCKSIZE - 1) * DRQUEUE_STEPFRAME))
[ "$last" -le "$DRQUEUE_ENDFRAME" ] || last=$DRQUEUE_ENDFRAME
${renderer()} "$scene" "$DRQUEUE_FRAME" "$last" "$DRQUEUE_STEPFRAME" && exit 0
echo "Requeueing frame..."
kill -INT $$
`;

/** Submits a script by its path, as `submit --jobscript` does; the renderer is `good` from that attempt on. */
async function rendered(
  script: string,
  good: number,
  more: Partial<NewJob> = {},
): Promise<{ id: number; calls: string[] }> {
  const file = join(farm.folder, `calls-${crypto.randomUUID()}`);
  const id = await farm.submit({ command: [script], retries: 3, env: { CALLS: file, GOOD: `${good}` }, ...more });
  await farm.ended(id);
  return { id, calls: existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").sort() : [] };
}

const frame = (id: number, number = 1): Promise<Frame> => farm.frame(id, number);

const languages: [name: string, program: string, script: () => string][] = [
  ["Python", "python3", python],
  ["tcsh", "tcsh", tcsh],
  ["sh", "sh", sh],
];

for (const [name, program, script] of languages) {
  const missing = !Bun.which(program);
  describe(`a script in ${name}${missing ? ` (${program} is not installed here)` : ""}`, () => {
    test.skipIf(missing)("renders the frames of its task, also in blocks with a step", async () => {
      const file = farm.script(`blocks-${name}`, script());
      const { id, calls } = await rendered(file, 1, { frames: "1-10x3", block: 2 });
      expect(calls).toEqual(["/mnt/show/a scene.blend 1 4 3", "/mnt/show/a scene.blend 7 10 3"]);
      expect(await frame(id, 7)).toMatchObject({ state: "finished", code: 0, attempt: 1 });
      expect(await farm.log(id, 1)).toContain("\nrendered\n");
    });

    test.skipIf(missing)("asks for a requeue by a signal, and is done when its renderer is", async () => {
      const { id, calls } = await rendered(farm.script(`again-${name}`, script()), 3);
      expect(calls).toHaveLength(3);
      expect(await frame(id)).toMatchObject({ state: "finished", outcome: "finished", attempt: 3 });
      expect(await farm.log(id, 1, 2)).toContain("Requeueing frame...");
    });

    for (const exitCodes of ["strict", "drqueue"] as const) {
      test.skipIf(missing)(`is requeued so often as the job's retries say, then failed (${exitCodes})`, async () => {
        const file = farm.script(`never-${name}-${exitCodes}`, script());
        const { id, calls } = await rendered(file, 99, { retries: 2, exitCodes });
        expect(calls).toHaveLength(3);
        expect(await frame(id)).toMatchObject({ state: "failed", outcome: "requeued", code: 130, attempt: 3 });
      });
    }
  });
}

test.skipIf(!Bun.which("python3"))(
  "every variable of the original is set, and a number where scripts take it as one",
  async () => {
    const names = "FRAME PADFRAME STARTFRAME ENDFRAME STEPFRAME BLOCKSIZE JOBID COMPID";
    const texts = "PADFRAMES JOBNAME OWNER OS MASTER ROOT BIN ETC TMP LOGS DB";
    const script = farm.script(
      "variables",
      `#!/usr/bin/env python3
import os
for name in "${names}".split():
    print(name, int(os.environ["DRQUEUE_" + name]))
for name in "${texts}".split():
    assert os.environ["DRQUEUE_" + name] != "", name
    print(name, os.environ["DRQUEUE_" + name])
print(os.environ["SHOW"])
`,
    );
    const id = await farm.submit({
      command: [script],
      name: "shot 7",
      owner: "ann",
      frames: "3-9x2",
      block: 2,
      pad: 5,
      env: { SHOW: "the job's own" },
    });
    expect((await farm.ended(id)).state).toBe("finished");
    const log = await farm.log(id, 7);
    const compId = (await farm.client.slaves())[0]!.id;
    for (const line of ["FRAME 7", "PADFRAME 7", "STARTFRAME 3", "ENDFRAME 9", "STEPFRAME 2", "BLOCKSIZE 2"])
      expect(log).toContain(`\n${line}\n`);
    for (const line of [
      `JOBID ${id}`,
      `COMPID ${compId}`,
      "PADFRAMES 00007 00009",
      "JOBNAME shot 7",
      "OWNER ann",
      "the job's own",
    ])
      expect(log).toContain(`\n${line}\n`);
    expect(log).toMatch(/\nOS (LINUX|OSX|FREEBSD|WINDOWS|IRIX)\n/);
  },
);

for (const [name, program, script] of languages) {
  test.skipIf(!Bun.which(program))(
    `a script in ${name} that may not be executed is run by what its first line names`,
    async () => {
      const file = farm.script(`plain-${name}`, script());
      chmodSync(file, 0o644);
      const { id, calls } = await rendered(file, 2);
      expect(calls).toHaveLength(2);
      expect(await frame(id)).toMatchObject({ state: "finished", attempt: 2 });
    },
  );
}
