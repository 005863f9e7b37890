// What DATABASE_URL may say.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { described, serverAt } from "../../lib/queue/place";

const at = (url: string) => serverAt({ url });

test("user, password, host, port and database are read, with what is usual where nothing is said", () => {
  expect(at("postgres://ana:se%3Acret@db.studio:6432/farm")).toMatchObject({
    addresses: [{ host: "db.studio", port: 6432 }],
    user: "ana",
    password: "se:cret",
    database: "farm",
  });
  expect(at("postgresql://db/farm")).toMatchObject({
    addresses: [{ host: "db", port: 5432 }],
    user: undefined,
    password: undefined,
  });
  expect(at("postgres://[::1]:6432/farm").addresses).toEqual([{ host: "::1", port: 6432 }]);
  expect(at("postgres:///farm").addresses).toEqual([{ host: "localhost", port: 5432 }]);
});

test("a socket folder is named by host, before the database or behind it", () => {
  const socket = { path: "/run/postgresql/.s.PGSQL.5433" };
  expect(at("postgres:///farm?host=/run/postgresql&port=5433").addresses).toEqual([socket]);
  expect(at("postgres://ana:secret@/farm?host=/run/postgresql/&port=5433")).toMatchObject({
    addresses: [socket],
    user: "ana",
    password: "secret",
  });
  expect(at("postgres://ana@%2Frun%2Fpostgresql/farm").addresses).toEqual([{ path: "/run/postgresql/.s.PGSQL.5432" }]);
});

test("several servers of which one takes over from another are all known", () => {
  expect(at("postgres://a,b:6000/farm?port=5433&target_session_attrs=primary")).toMatchObject({
    addresses: [
      { host: "a", port: 5433 },
      { host: "b", port: 6000 },
    ],
  });
});

test("what else it says is left to the driver", () => {
  expect(`${at("postgres://db/farm?sslmode=require&host=x&application_name=y").more}`).toBe(
    "sslmode=require&application_name=y",
  );
});

test("an error names what is wrong and how to write it", () => {
  const wrong: [string, RegExp][] = [
    ["nonsense", /^DATABASE_URL is not a URL: write postgres:/],
    ["mysql://db/farm", /begins with 'mysql:\/\/', which is not Postgres/],
    ["postgres://db:5432", /names no database/],
    ["postgres://db:none/farm", /has 'none' for a port/],
    ["postgres://db:99999/farm", /has '99999' for a port/],
    ["postgres://a:b:c/farm", /has 'b:c' for a port/],
    ["postgres://ana:50%@db/farm", /write %25/],
    ["postgres://ana:a/b@db/farm", /^DATABASE_URL has a '\/', '\?' or '@' in user or password: write %2F, %3F, %40/],
    ["postgres://ana:a@b@db/farm", /in user or password: write/],
    ["postgres://ana:a?b@db/farm", /in user or password: write/],
  ];
  for (const [url, words] of wrong) expect(() => at(url)).toThrow(words);
});

test("any text is a server or an error in one line, and none of it tells the password", () => {
  const secret = "hunter2";
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.constantFrom("", "/", "@", "?", ":"), (a, b, sign) => {
      for (const text of [a, `postgres://${a}`, `postgres://ana:${sign}${secret}${sign}@${a}/${b}`]) {
        let told: string;
        try {
          told = described(at(text));
        } catch (error) {
          told = (error as Error).message;
          expect(told).toMatch(/DATABASE_URL/);
        }
        expect(told).not.toContain(secret);
      }
    }),
  );
});
