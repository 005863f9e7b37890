// Seconds as people compare them.
import { expect, test } from "bun:test";
import { exact } from "../../../lib/page/job/exact";

test.each([
  [0.004, "0 s"],
  [0.424, "0.42 s"],
  [12.54, "12.5 s"],
  [99.94, "99.9 s"],
  [99.96, "1:40 min"],
  [3599.6, "1:00:00 h"],
  [3725, "1:02:05 h"],
])("%d seconds are %s", (seconds, text) => {
  expect(exact(seconds)).toBe(text);
});
