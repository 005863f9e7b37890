import { expect, test } from "bun:test";
import { translate } from "../../lib/master/translate";

test("who loses a race for the same jobs is told to try again, not of an internal error", () => {
  const lost = (code: string) => translate(Object.assign(new Error("in Postgres's words"), { code }));
  for (const code of ["40P01", "55P03"])
    expect(lost(code)).toMatchObject({ status: 503, message: expect.stringContaining("try again") });
  expect(lost("23505")).toBeUndefined();
});

test("a connection to the database that breaks, in whatever words, is no internal error", () => {
  for (const code of [
    "CONNECTION_CLOSED",
    "ECONNRESET",
    "ERR_SOCKET_CLOSED",
    "ERR_STREAM_DESTROYED",
    "57P01",
    "25P03",
  ]) {
    const away = translate(Object.assign(new Error("in a driver's words"), { code }));
    expect([code, away?.status]).toEqual([code, 503]);
  }
});
