// `python3 drqueue.py`: the small tool, its exit codes, and its one line for whatever is wrong.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Farm, startFarm } from "../farm";
import { around, client, python, type Ran, run } from "./python";

let farm: Farm;
const tool = (...args: string[]): Promise<Ran> => run(around(farm), [client, ...args], farm.folder);
const said = async (...args: string[]) => {
  const { code, out, err } = await tool(...args);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out;
};

/** Several calls in one Python, one after the other: to start one takes longer than what it does. */
async function batch(...calls: readonly (readonly string[])[]): Promise<Ran[]> {
  const each = `
import contextlib, io, json, sys
import drqueue
for args in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = drqueue.main(args)
        except SystemExit as end:
            code = end.code
    print(json.dumps({"code": code, "out": out.getvalue(), "err": err.getvalue()}))`;
  const all = await run(around(farm), ["-c", each, JSON.stringify(calls)], farm.folder);
  expect(all).toMatchObject({ code: 0, err: "" });
  return all.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe.skipIf(!python)("python3 drqueue.py", () => {
  beforeAll(async () => {
    farm = await startFarm({ slaves: 1 });
  });
  afterAll(() => farm?.[Symbol.asyncDispose]());

  test("submits, shows and controls a job from its first frame to its deletion", async () => {
    const words = ["sh", "-c", 'echo "at $PWD: $DRQUEUE_FRAME --"; test $DRQUEUE_FRAME != 2', "--", "--json"];
    const asked = ["--name", "shot 7", "--frames", "1-2", "--env", "A=b=c", "--owner", "ana", "--wait"];
    const submitted = await tool("submit", ...asked, "--", ...words);
    expect(submitted).toMatchObject({ code: 1, err: "" });
    expect(submitted.out).toEndWith("job 1 shot 7: failed, 1 of 2 frames finished, 1 failed\n");
    expect(await farm.client.job(1)).toMatchObject({
      command: words,
      env: { A: "b=c" },
      owner: "ana",
      folder: farm.folder,
    });

    const steps: [string[], RegExp, number?][] = [
      [
        ["jobs", "--state", "failed", "--owner", "ana", "--name", "shot*"],
        /^JOB +NAME +OWNER.*\n +1 +shot 7 +ana +Default +500 +failed +1\/2 +1\n$/,
      ],
      [["jobs", "--owner", "nobody"], /^no jobs\n$/],
      [["job", "1"], /^failed +2$/m],
      [["frames", "1", "2"], /\n +2 +failed +4 +s1 +\d+\.\d +1 +\S/],
      [["log", "1", "2", "--attempt", "2"], /\nat .*drqueue-farm-.*: 2 --\n/],
      [["requeue", "1", "1"], /^job 1: 1 task requeued\n$/],
      [["wait", "1"], /failed, 1 of 2 frames finished, 1 failed\n$/, 1],
      [["finish", "1", "2"], /^job 1: 1 task finished\n$/],
      [["wait", "1"], /^job 1 shot 7: finished, 2 of 2 frames finished\n$/],
      [["kill", "1"], /^job 1: nothing to do\n$/],
      [["stop", "1", "--kill"], /^job 1: stopped/],
      [["rerun", "1"], /^job 1: 2 tasks requeued\n$/],
      [["why", "1", "2"], /stopped/],
      [["continue", "1"], /^job 1: continued\n$/],
      [["slaves"], /\n +1 +s1 +online +\d\/2 +Default\n$/],
      [["log", "1", "1", "-f"], /\nat .*: 1 --\n/],
      [["delete", "1", "--cascade"], /^job 1: deleted/],
    ];
    const answers = await batch(...steps.map(([args]) => args));
    for (const [at, [args, wanted, code = 0]] of steps.entries()) {
      expect({ args, ...answers[at]! }).toEqual({ args, code, out: expect.stringMatching(wanted), err: "" });
    }
  });

  test("says with --json what drqueue says", async () => {
    const { id } = JSON.parse(await said("submit", "--json", "--pool", "nowhere", "--frames", "1-3", "--", "true"));
    const same = async (...args: string[]) => {
      const [here, there] = await Promise.all([tool(...args, "--json"), farm.cli(...args, "--json")]);
      expect(here.code).toBe(0);
      expect(JSON.parse(here.out)).toEqual(JSON.parse(there.out));
    };
    await same("jobs");
    await same("job", `${id}`);
    await same("frames", `${id}`);
    await same("why", `${id}`);
    await same("stop", `${id}`);
    expect(JSON.parse(await said("slaves", "--json"))[0]).toMatchObject({ name: "s1", settings: { slots: 2 } });
    const both = await tool("delete", `${id}`, "999", "--json");
    expect(both.code).toBe(1);
    expect(JSON.parse(both.out)).toEqual([
      { job: id, tasks: 0, killing: 0 },
      { job: 999, error: "there is no job 999" },
    ]);
  });

  test("wrong usage is one line on stderr with the way on, exit code 2, and nothing is submitted", async () => {
    const wrong = [
      [[], "COMMAND"],
      [["stat"], "invalid choice: 'stat'"],
      [["job"], "JOB"],
      [["job", "abc"], "'abc' is not a job number: write for example 12"],
      [["job", "0"], "'0' is not a job number"],
      [["jobs", "extra"], "extra"],
      [["jobs", "--state", "bogus"], "invalid choice: 'bogus'"],
      [["jobs", "--limit", "0"], "limit: "],
      [["jobs", "--lim", "5"], "--lim"],
      [["submit"], "name the program to run"],
      [["submit", "--kind", "blender", "--", "x"], "'x' is one word too many"],
      [["submit", "--env", "A", "--", "x"], "--env: 'A': write NAME=VALUE"],
      [["submit", "--frames", "1:5", "--", "x"], "':' means three things"],
      [["submit", "--name", "evil\x1b[2J", "--", "x"], "name: may not contain control characters"],
      [["finish", "1"], "FRAMES"],
      [["delete", "1", "--cascade", "--release"], "not allowed with"],
      [["wait", "1", "--timeout", "soon"], "'soon' is not a time"],
      [["jobs", "--master", "http://x"], "'http://x' is not the address of a master"],
    ] as const;
    const answers = await batch(...wrong.map(([args]) => args));
    for (const [at, [args, words]] of wrong.entries()) {
      const { code, out, err } = answers[at]!;
      expect({ args, code, out }).toEqual({ args, code: 2, out: "" });
      expect(err).toContain(words);
      expect(err).toMatch(/^drqueue\.py: [^\n]+\n( {2}1:5\n +\^\n)?$/);
    }
    expect(await farm.client.jobs({ state: "waiting" })).toEqual([]);
  });

  test("what is refused is one line and exit code 1, also a wait that is given up", async () => {
    expect(await tool("job", "999")).toEqual({ code: 1, out: "", err: "drqueue.py: there is no job 999\n" });
    expect(await tool("jobs", "--master", "127.0.0.1:1")).toEqual({
      code: 1,
      out: "",
      err: "drqueue.py: cannot reach 127.0.0.1:1 (nothing listens there): start a master with drqueue master, or name one in DRQUEUE_MASTER or Farm(master=...)\n",
    });
    const id = await farm.submit({ command: ["true"], pool: "nowhere" });
    const { code, err } = await tool("wait", `${id}`, "--timeout", "0.1");
    expect({ code, err }).toEqual({
      code: 1,
      err: `drqueue.py: job ${id} has not ended after 0.1 s: it is waiting, 0 of 1 frames are finished\n`,
    });
    await farm.client.delete(id);
  });

  test("every command has help with examples, and a reader that leaves is no error", async () => {
    const help = await said("--help");
    const commands = "jobs job frames slaves submit requeue finish kill stop continue rerun delete why log wait".split(
      " ",
    );
    for (const command of commands) expect(help).toMatch(new RegExp(`^ +${command} `, "m"));
    const pages = `import drqueue\nfor page in drqueue._tool()._subparsers._group_actions[0].choices.values(): print(page.format_help())`;
    const { out } = await run(around(farm), ["-c", pages]);
    for (const command of commands) {
      expect(out).toMatch(
        new RegExp(`^usage: drqueue\\.py ${command} [\\s\\S]*?\nexamples:\n {2}drqueue\\.py ${command}\\b`, "m"),
      );
    }
    expect(await said("log", "--help")).toContain("drqueue.py log 12 -- -5");
    const id = await farm.submit({ command: ["true"], pool: "nowhere", frames: "1-5000" });
    const pipe = ["sh", "-c", `"$0" "$1" frames ${id} | head -1`, python!, client];
    const piped = Bun.spawn(pipe, { env: around(farm), stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    expect(await new Response(piped.stderr).text()).toBe("");
    expect(await new Response(piped.stdout).text()).toMatch(/^FRAME .*\n$/);
  });

  test("names of others cannot turn the text of a terminal around", async () => {
    const id = (await farm.client.submit({ name: "a\u202eb\u2028c", command: ["true"], stopped: true })).id;
    for (const words of [["job", `${id}`], ["jobs"], ["why", `${id}`]]) {
      const { code, out } = await tool(...words);
      expect(code).toBe(0);
      expect(out).not.toMatch(/[\u2028-\u202e]/);
    }
    expect((await tool("job", `${id}`)).out).toContain("a b c");
  });
});
