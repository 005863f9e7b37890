// Wrong usage: one line on stderr that says what was wrong and what to do, nothing on stdout, exit code 2.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, startFarm } from "../farm";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
});
afterAll(() => farm[Symbol.asyncDispose]());

test("malformed frames are shown with a caret under the place", async () => {
  expect(await farm.cli("submit", "--frames", "1:5", "--", "x")).toEqual({
    code: 2,
    out: "",
    err: "drqueue: --frames: ':' means three things in three programs: write 1-100x5 for every fifth frame (drqueue submit --help shows what there is)\n  1:5\n   ^\n",
  });
  const { code, err } = await farm.cli("requeue", "1", "3,5-");
  expect(code).toBe(2);
  expect(err).toEndWith("\n  3,5-\n      ^\n");
  expect(await farm.client.jobs()).toEqual([]);
});

test.each([
  [["submit", "--frame", "1-5", "--", "x"], "'--frame' is not an option here: did you mean --frames?"],
  [["submit", "--scene", "x.blend"], "--scene is a field of a kind: give --kind too, as in --kind blender"],
  [["jobs", "--watch"], "jobs --watch needs a terminal: drqueue watch follows jobs"],
  [["slaves", "--watch", "--json"], "either --json or --watch"],
  [["log", "1", "--attempt", "2"], "--attempt is of a frame: log 12 5 --attempt 1"],
  [["submit", "sh", "-c", "echo"], "'-c' is not an option here: write -- before the program"],
  [["submit"], "name the program to run"],
  [["submit", "--order", "sideways", "--", "x"], "--order: order 'sideways' is not known"],
  [["submit", "--priority", "high", "--", "x"], '--priority: Expected a valid integer, but got "high"'],
  [["submit", "--env", "1A=2", "--", "x"], "--env: '1A=2': write NAME=VALUE"],
  [["submit", "--pool", "a b", "--", "x"], "--pool: pools are names of letters"],
  [["submit", "--name", "", "--", "x"], "--name: a name may not be empty"],
  [["submit", "--name", "evil\nname\x1b[2J", "--", "x"], "--name: may not contain control characters"],
  [["stat"], "'stat' is not a command: did you mean stop?"],
  [[], "name a command"],
  [["job"], "name a job, as 12"],
  [["job", "abc"], "JOB: 'abc' is not a job number"],
  [["job", "0"], "JOB: job numbers begin at 1"],
  [["stop", "1-999999"], "JOB: at most 10000 jobs at once"],
  [["log", "3,4", "5"], "JOB: '3,4' is more than one job"],
  [["jobs", "--state", "bogus"], '--state: Expected one of "waiting"'],
  [["jobs", "extra"], "'extra' is one word too many"],
  [["jobs", "--limit", "0"], "--limit: Expected a value greater"],
  [["finish", "1"], "name the frames, as in finish 12 5-10"],
  [["set-job", "1"], "nothing to change: set-job 12 --priority 900"],
  [["set", "rack7"], "nothing to change: set rack7 --slots 4"],
  [["set", "rack7", "--pool", "maya,+nuke"], "--pool: either all pools"],
  [["submit", "--memory", "much", "--", "x"], '--memory: "much" is not a size'],
  [["submit", "--licence", "a b", "--", "x"], "--licence: a licence is 1 to 64 letters"],
  [["submit", "--licence", "nuke:0", "--", "x"], "--licence: 'nuke:0': write nuke, or nuke:2"],
  [["submit", "--not-before", "soon", "--", "x"], "--not-before: 'soon' is not a time: write 22:00"],
  [["submit", "--frame-timeout", "10ms", "--", "x"], "--frame-timeout: '10ms' is not between 1s and 30d"],
  [["submit", "--silence", "ten", "--", "x"], "--silence: 'ten' is not a time: write for example 30s"],
  [["submit", "--fatal-codes", "0", "--", "x"], "--fatal-codes: '0': write exit codes from 1 to 255"],
  [["submit", "--fatal-line", "(", "--", "x"], "--fatal-line: '(': not a regular expression"],
  [["submit", "--max-slots", "0", "--", "x"], "--max-slots: "],
  [["submit", "--os", "a;b", "--", "x"], "--os: operating systems are names as LINUX"],
  [["submit", "--pool", "a,,b", "--", "x"], "--pool: pools are names"],
  [["submit", "--delete-when-finished", "--delete-after", "7d", "--", "x"], "either --delete-when-finished or"],
  [["delete", "1", "--cascade", "--release"], "either --cascade or --release"],
  [["jobs", "--pool", "a,b"], "--pool: 'a,b' is more than one pool"],
  [["why"], "name a job, as in: drqueue why 12"],
  [["why", "1", "--slave", "rack7"], "either a job or --slave"],
  [["block", "1"], "name a slave"],
  [["licence"], "say what to do: licence set nuke 10"],
  [["licence", "set"], "name a licence"],
  [["licence", "set", "nuke"], "say how many: licence set nuke 10"],
  [["licence", "set", "nuke", "many"], "N: "],
  [["licence", "remove", "nuke", "3"], "'3' is one word too many"],
  [["owner", "set", "ana"], "say which weight: owner set ana 2"],
  [["owner", "set", "ana", "0"], "a weight is above 0, not 0"],
  [["set", "rack7", "--hours", "someday"], "--hours: "],
  [["set", "rack7", "--path", "/mnt/show"], "--path: '/mnt/show' has no ="],
  [["set", "rack7", "--path", "/a=/b", "--path", "+/c=/d"], "--path: either all paths, or changes"],
  [["set", "rack7", "--load-limit", "high"], "--load-limit: 'high': write the load of a slot"],
  [["set", "rack7", "--gpus", "65"], "--gpus: '65': write 0 to 64, or auto"],
  [["set", "rack7", "--drain", "maybe"], "--drain: "],
  [["drain"], "name a slave"],
  [["clear"], "name a slave"],
  [["enable"], "name a slave"],
  [["slave", "rack7", "--slots", "3"], "'--slots' is not an option here"],
  [["master", "--lease", "5"], '--lease: "5" is not a time'],
  [["master", "--lease", "0s"], '--lease: "0s" is too short: give "1s" or more'],
])("%j is refused in one line", async (args, said) => {
  const { code, out, err } = await farm.cli(...args);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toStartWith(`drqueue: ${said}`);
  expect(err).toEndWith("\n");
  expect(err.slice(0, -1)).not.toMatch(/[\u0000-\u001f]/);
});

test.each([
  [["job", "99"], "there is no job 99"],
  [["watch", "99"], "there is no job 99"],
  [["log", "99", "1"], "there is no job 99"],
  [["slave", "nope"], "there is no slave 'nope'"],
  [["enable", "nope"], "there is no slave 'nope'"],
  [["submit", "--not-on", "nope", "--", "x"], "there is no slave 'nope'"],
  [["submit", "--licence", "nope", "--", "x"], "there is no licence 'nope': drqueue licence set nope 10"],
  [["submit", "--after", "99", "--", "x"], "after: there is no job 99"],
  [["jobs", "--master", "127.0.0.1:1"], "cannot reach 127.0.0.1:1 (nothing listens there): start a master"],
  [["jobs", "--master", "x:99999"], "'x:99999' is not the address of a master"],
])("%j says what there is not", async (args, said) => {
  const { code, out, err } = await farm.cli(...args);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toStartWith(`drqueue: ${said}`);
  expect(err.split("\n").length).toBe(2);
});

test("a missing or wrong token is named with the place where the right one is", async () => {
  const env = {
    ...farm.env,
    DRQUEUE_MASTER: `127.0.0.1:${farm.masters[0]!.port}`,
    DRQUEUE_DATA: `${farm.folder}/nowhere`,
  };
  const run = (more: Record<string, string>) =>
    Bun.spawnSync([process.execPath, "cli.ts", "jobs"], { cwd: `${import.meta.dir}/../..`, env: { ...env, ...more } });
  const without = run({});
  expect(without.exitCode).toBe(1);
  expect(without.stderr.toString()).toContain(
    "no token for the farm: set DRQUEUE_TOKEN to the text of the file 'token'",
  );
  const wrong = run({ DRQUEUE_TOKEN: "guess" });
  expect(wrong.exitCode).toBe(1);
  expect(wrong.stderr.toString()).toContain("this is not the farm's token");
});
