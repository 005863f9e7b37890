// A filter as people write it into one field.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseFilter, partly, wholly } from "../../../lib/page/slaves/terms";

const fields = ["state", "pool"];

test("words are of a field or of none; several values by comma, quotes for blanks, - for not", () => {
  expect(parseFilter('state:lost,sick -pool:maya rack* "shot 7" -x', fields)).toEqual({
    terms: [
      { field: "state", values: ["lost", "sick"], not: false },
      { field: "pool", values: ["maya"], not: true },
      { field: "", values: ["rack*"], not: false },
      { field: "", values: ["shot 7"], not: false },
      { field: "", values: ["x"], not: true },
    ],
  });
  expect(parseFilter('STATE:lost pool:"a b', fields).terms).toEqual([
    { field: "state", values: ["lost"], not: false },
    { field: "pool", values: ["a b"], not: false },
  ]);
});

test("a field without a value, as while one still writes, wants nothing; one that nobody knows is told", () => {
  expect(parseFilter("state: pool:,", fields)).toEqual({ terms: [] });
  expect(parseFilter("stat:lost rack", fields)).toEqual({
    terms: [{ field: "", values: ["rack"], not: false }],
    problem: "There is no field stat: state, pool",
  });
});

test("a pattern is a part of a text, or the whole; * stands for anything and nothing else does", () => {
  expect(["rack1", "RACK12", "the rack"].map(partly("rack"))).toEqual([true, true, true]);
  expect(["r1k", "rk", "kr"].map(partly("r*k"))).toEqual([true, true, false]);
  expect(["maya", "Maya", "maya2"].map(wholly("maya"))).toEqual([true, true, false]);
  expect(["maya2", "may"].map(wholly("maya*"))).toEqual([true, false]);
  expect(["a.b", "axb"].map(wholly("a.b"))).toEqual([true, false]);
});

test("whatever is written is read, and every text has itself", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      for (const { values } of parseFilter(text, fields).terms) expect(values.length).toBeGreaterThan(0);
      const plain = text.replaceAll("*", "");
      expect([partly(plain)(plain), wholly(plain)(plain)]).toEqual([true, true]);
    }),
  );
});
