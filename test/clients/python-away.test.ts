// The Python client when a master is gone, comes back, hangs, or is something else.
import { describe, expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { startFarm, until } from "../farm";
import { around, python, run, start } from "./python";

/** Something that listens where a master is looked for. */
async function listening(
  answer: (socket: Socket) => void,
): Promise<{ port: number; server: Server } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    answer(socket);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  };
  return { port, server, [Symbol.asyncDispose]: close };
}

const bare = {
  PYTHONPATH: join(import.meta.dir, "../../lib/clients"),
  PYTHONDONTWRITEBYTECODE: "1",
  DRQUEUE_TOKEN: "t",
};
const asked = (farm: string, call: string) =>
  run({ ...bare, PATH: process.env.PATH! }, [
    "-c",
    `from drqueue import *\ntry:\n    print(${farm}.${call})\nexcept DrQueueError as error:\n    print(type(error).__name__, error.status, error)`,
  ]);

describe.skipIf(!python)("the Python client", () => {
  test("goes on waiting, watching and following when the master is started again", async () => {
    await using farm = await startFarm({ slaves: 1 });
    const go = join(farm.folder, "go");
    const text = `echo "line 1 ü"; echo "line 2"; while [ ! -e ${go} ]; do sleep 0.05; done`;
    const job = await farm.submit({ command: ["sh", "-c", `[ $DRQUEUE_FRAME = 2 ] || { ${text}; }`], frames: "1-2" });
    // Found by the lock in the data folder, which says the port.
    const env = around(farm, { DRQUEUE_MASTER: undefined });
    const waiting = start(env, [join(import.meta.dir, "python_waiting.py"), `${job}`]);
    let out = "";
    const read = (async () => {
      for await (const piece of waiting.stdout) out += Buffer.from(piece).toString();
    })();
    await until(async () => out.includes("following") || undefined, "the client to follow");
    const { port } = farm.masters[0]!;
    await farm.masters[0]!.end("SIGKILL");
    await Bun.sleep(300);
    await farm.startMaster({ port });
    await Bun.write(go, "");
    const [err] = await Promise.all([new Response(waiting.stderr).text(), read]);
    expect({ code: await waiting.exited, out, err }).toEqual({ code: 0, out: "following\nall there\n", err: "" });
  });

  test("asks the first of several masters that answers, and the next when it is gone", async () => {
    await using farm = await startFarm({ slaves: 0 });
    const second = await farm.startMaster({ name: "m2" });
    await using mute = await listening(() => {});
    const named = `127.0.0.1:1,127.0.0.1:${mute.port},127.0.0.1:${farm.masters[0]!.port},127.0.0.1:${second.port}`;
    const script = `
import os, sys
from drqueue import Farm
farm = Farm(timeout=2)
print(farm.submit(name="x", command=["true"]).id, flush=True)
sys.stdin.readline()
print(farm.submit(name="y", command=["true"]).id, len(farm.jobs()), flush=True)
del os.environ["DRQUEUE_MASTER"]
here = Farm(data=sys.argv[1])
print(here, flush=True)
sys.stdin.readline()
print(here, len(here.jobs()))`;
    const ran = Bun.spawn([python!, "-c", script, farm.dataOf("m2")], {
      env: around(farm, { DRQUEUE_MASTER: named }),
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    let out = "";
    const read = (async () => {
      for await (const piece of ran.stdout) out += Buffer.from(piece).toString();
    })();
    await until(async () => out.includes("\n") || undefined, "the first job");
    await farm.masters[0]!.end("SIGKILL");
    ran.stdin.write("\n");
    ran.stdin.flush();
    await until(async () => out.includes("<Farm") || undefined, "the second job");
    // The one of this data folder is found again wherever it listens.
    await second.end();
    const again = await farm.startMaster({ name: "m2" });
    ran.stdin.write("\n");
    ran.stdin.end();
    const [err] = await Promise.all([new Response(ran.stderr).text(), read]);
    expect({ out, err }).toEqual({
      out: `1\n2 2\n<Farm 127.0.0.1:${second.port}>\n<Farm 127.0.0.1:${again.port}> 2\n`,
      err: "",
    });
  });

  test("ends every request by its deadline: one that is not answered, and one answered byte by byte for ever", async () => {
    await using mute = await listening(() => {});
    const started = performance.now();
    const silent = await asked(`Farm("127.0.0.1:${mute.port}", timeout=0.3)`, "jobs()");
    expect(silent.out).toStartWith(`CannotReach None cannot reach 127.0.0.1:${mute.port} (no answer in time): start`);
    const sent = await asked(`Farm("127.0.0.1:${mute.port}", timeout=0.3)`, 'call("POST", "/jobs/1/rerun", {})');
    expect(sent.out).toContain("(no answer in time): it may have been done all the same, so look before you repeat it");
    await using slow = await listening((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nx: ");
      const timer = setInterval(() => socket.write("a"), 20);
      socket.on("close", () => clearInterval(timer));
    });
    const endless = await asked(`Farm("127.0.0.1:${slow.port}", timeout=0.3)`, "jobs()");
    expect(endless.out).toContain("(no answer in time)");
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  test("asks for a change once, whatever becomes of its answer: another master is asked only what changes nothing", async () => {
    const heard: string[] = [];
    const breaks = (socket: Socket) =>
      socket.once("data", (words) => {
        const [method, path] = words.toString().split(" ");
        if (path === "/health") return socket.end('HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{"status":"ok"}');
        heard.push(`${method} ${path}`);
        socket.destroy();
      });
    await using one = await listening(breaks);
    await using other = await listening(breaks);
    const farm = `Farm("127.0.0.1:${one.port},127.0.0.1:${other.port}", timeout=5)`;
    const { out } = await asked(farm, 'call("POST", "/jobs/1/rerun", {})');
    expect(out).toContain("(it broke off): it may have been done all the same, so look before you repeat it");
    expect(heard).toEqual(["POST /jobs/1/rerun"]);
    await asked(farm, "slaves()");
    expect(heard.slice(1)).toEqual(["GET /slaves", "GET /slaves"]);
  });

  test("sends a submission whose answer was lost again under its key, until somebody tells what became of it", async () => {
    const keys: (string | undefined)[] = [];
    const answers = (socket: Socket) =>
      socket.once("data", (words) => {
        const text = words.toString();
        const said = (status: string, body: string) =>
          socket.end(`HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
        if (text.startsWith("GET /health")) return said("200 OK", '{"status":"ok","knows":["idempotency-key"]}');
        if (text.startsWith("GET ")) return said("404 Not Found", '{"detail":"not shown here"}');
        keys.push(/idempotency-key: (.*)\r/i.exec(text)?.[1]);
        if (keys.length === 1) return socket.destroy();
        return keys.length < 4 ? said("503 Away", "{}") : said("201 Created", '{"id":7}');
      });
    await using one = await listening(answers);
    await using other = await listening(answers);
    const both = `Farm("127.0.0.1:${one.port},127.0.0.1:${other.port}", timeout=15)`;
    const { out } = await asked(both, 'submit(name="x", command=["true"])');
    expect(out).toContain("job 7 was submitted, but it cannot be shown: not shown here");
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys).toEqual(Array(4).fill(keys[0]));
    await asked(both, 'submit(name="x", command=["true"], key="my own")');
    expect(keys.slice(4)).toEqual(["my own"]);
  });

  test("says so when what answers is no master, or one that answers something else", async () => {
    const answers: [answer: string, words: string][] = [
      ["SSH-2.0-OpenSSH_9.2\r\n", "(what answers there is no master)"],
      ["", "(it broke off)"],
      ["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n<html", "is no master of DrQueue"],
      ["HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{", "(it broke off)"],
      [
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]",
        "the master's answer has no 'jobs': use the drqueue.py of the master's release",
      ],
      ['HTTP/1.1 200 OK\r\ncontent-length: 19\r\n\r\n{"jobs": [{"id":1}]}'.replace("19", "20"), "has no 'name'"],
      ["HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n", "answers 302 Found"],
      ['HTTP/1.1 500 Oh\r\ncontent-length: 11\r\n\r\n{"detail":7}', "answers 500 Oh"],
    ];
    for (const [answer, words] of answers) {
      await using other = await listening((socket) => socket.once("data", () => socket.end(answer)));
      const { out, err } = await asked(`Farm("127.0.0.1:${other.port}", timeout=5)`, "jobs()");
      expect(out).toContain(words);
      expect(err).toBe("");
    }
  });
});
