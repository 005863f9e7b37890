// While the database is away, the routes that list 503 answer it, and the others go on.
import { expect, test } from "bun:test";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { startFarm } from "../farm";
import { freePort, testServer } from "../postgres";
import { documentOf, errorsOf, exampleOf, operationsOf, send } from "./document";

/** A way to the tests' database that can be cut. */
async function wayTo(url: URL): Promise<{ url: string; cut(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(url.port), url.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => [near, far].forEach((one) => void one.destroy()));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return { url: Object.assign(new URL(url), { port: `${port}` }).href, cut };
}

test("without its database a master answers 503 where the documentation lists it, and only there", async () => {
  const way = await wayTo(new URL((await testServer()).url));
  try {
    await using farm = await startFarm({ slaves: 0, database: way.url });
    const base = `http://127.0.0.1:${farm.masters[0]!.port}`;
    const document = await documentOf(base);
    way.cut();
    const answers = await Promise.all(
      operationsOf(document).map(async (operation) => {
        const asked = exampleOf(operation, false);
        if (operation.operationId === "testAddress") asked.body = { to: `http://127.0.0.1:${freePort()}/` };
        const answer = await send(base, farm.token, operation, asked);
        await answer.body?.cancel();
        return {
          name: operation.operationId,
          away: answer.status === 503,
          listed: errorsOf(operation).includes("503"),
        };
      }),
    );
    expect(answers.filter(({ away, listed }) => away !== listed)).toEqual([]);
    expect(answers.filter(({ away }) => away).length).toBeGreaterThan(30);
    expect(answers.filter(({ away }) => !away).map(({ name }) => name)).toContain("listKinds");
    // It would wait for the database to come back.
    await farm.masters[0]!.end("SIGKILL");
  } finally {
    way.cut();
  }
});
