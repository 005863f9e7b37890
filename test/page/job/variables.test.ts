// Variables of a jobscript as rows of a form, and back.
import { expect, test } from "bun:test";
import { type Variable, variablesOf, withVariables } from "../../../lib/page/job/variables";

test("variables are sent whole when one was changed, and not at all when none was", () => {
  const env = { A: "1", B: "two\nlines" };
  const [a, b] = variablesOf(env) as [Variable, Variable];
  expect(withVariables(env, [b, a])).toEqual({});
  expect(withVariables(env, [{ ...a, value: "2" }, b])).toEqual({ changed: { ...env, A: "2" } });
  expect(withVariables(env, [a, { key: 9, name: "", value: "" }])).toEqual({ changed: { A: "1" } });
  expect(withVariables(env, [a, b, { key: 9, name: "A", value: "" }]).problem).toContain("same name");
  expect(withVariables(env, [{ ...a, name: " " }, b]).problem).toContain("no name");
});
