// Before all tests: one Postgres for all of them, unless the runner has started it already.
import { afterAll } from "bun:test";
import { startPostgres, type TestServer } from "./postgres";

let own: Promise<TestServer> | undefined;

/** The server whose databases the tests use. Started on first use. */
export async function testServer(): Promise<{ url: string }> {
  const url = process.env.DRQUEUE_TEST_POSTGRES;
  if (url) return { url };
  own ??= startPostgres();
  return own;
}

afterAll(async () => {
  await (await own)?.stop();
});
