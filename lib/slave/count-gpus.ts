// How many GPUs this machine has.
import { getLogger } from "@logtape/logtape";

const journal = getLogger(["drqueue", "gpus"]);

/** Asks nvidia-smi for the number of GPUs, for `deadlineMs` at most: one whose driver hangs may never answer. 0 without that program. */
export async function countGpus(program = "nvidia-smi", deadlineMs = 5000): Promise<number> {
  let asked: Bun.Subprocess<"ignore", "pipe", "ignore">;
  try {
    asked = Bun.spawn([program, "--list-gpus"], { stdin: "ignore", stdout: "pipe", stderr: "ignore" });
  } catch {
    return 0;
  }
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const deadline = setTimeout(() => resolve(undefined), deadlineMs);
  const said = await Promise.race([Promise.all([new Response(asked.stdout).text(), asked.exited]), late]);
  clearTimeout(deadline);
  if (!said) {
    asked.kill("SIGKILL");
    journal.warn("{program} did not answer within {seconds} s, so no GPUs are used: say --gpus N if there are some", {
      program,
      seconds: deadlineMs / 1000,
    });
    return 0;
  }
  const [text, code] = said;
  // Parts of a GPU are listed below it, indented.
  return code === 0 ? text.split("\n").filter((line) => /^GPU \d+:/.test(line)).length : 0;
}
