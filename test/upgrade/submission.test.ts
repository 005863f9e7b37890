// A submission whose answer is lost: masters of the release before know no keys of submissions, and would take it twice.
import { afterAll, describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import { Client } from "../../lib/client";
import { python, run as runPython } from "../clients/python";
import { startFarm } from "../farm";
import { previousRelease } from "./previous";

const previous = previousRelease();
afterAll(() => previous?.remove());
const project = resolve(import.meta.dir, "../..");

/** Stands before a master, and breaks the connection when that has answered the first submission; from then on all goes through. */
class Cut {
  private server: Bun.Server<undefined>;
  private done = false;

  constructor(private readonly master: number) {
    this.server = this.listen(0);
  }

  get port(): number {
    return this.server.port!;
  }

  private listen(port: number): Bun.Server<undefined> {
    return Bun.serve({
      port,
      hostname: "127.0.0.1",
      fetch: async (request) => {
        const { pathname, search } = new URL(request.url);
        const { method, headers } = request;
        const body = method === "GET" ? null : await request.text();
        const answer = await fetch(`http://127.0.0.1:${this.master}${pathname}${search}`, { method, headers, body });
        if (method !== "POST" || this.done) return answer;
        this.done = true;
        const { port } = this;
        await this.server.stop(true);
        this.server = this.listen(port);
        return new Response();
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop(true);
  }
}

const masters = [
  { what: "this master", master: project },
  { what: "a master of the release before", master: previous?.folder ?? project },
];

describe.skipIf(!previous).each(masters)("a submission to $what whose answer is lost", ({ master }) => {
  test("is one job: sent again, or left to the person who is told that it may be done", async () => {
    await using farm = await startFarm({ slaves: 0, release: master });
    await using cut = new Cut(farm.masters[0]!.port);
    const client = new Client({ host: "127.0.0.1", port: cut.port, token: farm.token });
    const error = await client.submit({ name: "once", command: ["true"] }).then(
      () => undefined,
      (error: unknown) => error as { mayBeDone?: boolean },
    );
    expect(await farm.client.jobs()).toHaveLength(1);
    expect(error?.mayBeDone ?? true).toBe(true);
  });

  test.skipIf(!python)("from Python is one job as well", async () => {
    await using farm = await startFarm({ slaves: 0, release: master });
    await using cut = new Cut(farm.masters[0]!.port);
    const program = `
from drqueue import CannotReach, Farm
try:
    Farm("127.0.0.1:${cut.port}", token="${farm.token}").submit(name="once", command=["true"])
except CannotReach as error:
    assert error.sent, error
`;
    const env = { ...farm.env, PYTHONPATH: `${project}/lib/clients`, PYTHONDONTWRITEBYTECODE: "1" };
    expect(await runPython(env, ["-c", program])).toEqual({ code: 0, out: "", err: "" });
    expect(await farm.client.jobs()).toHaveLength(1);
  });
});
