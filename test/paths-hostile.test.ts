// Texts and maps that are made to be slow, or to lead astray.
import { expect, test } from "bun:test";
import { mapPath } from "../lib/paths";

test("the longest texts and maps are turned in no time, where a name may begin at every sign too", () => {
  const folders = (name: string) =>
    Array.from({ length: 100 }, (_, at) => ({ farm: `/mnt/${name}${at}`, here: `S:\\${name}${at}` }));
  const texts = [" ".repeat(32_768), "'".repeat(32_768), "=/mnt/a1 ".repeat(3600), `/mnt/a1${" ".repeat(32_000)}x`];
  const begun = performance.now();
  for (const map of [folders("a"), folders("a".repeat(900))])
    for (const text of texts) expect(mapPath(text, map, "posix")).toHaveLength(text.length);
  // All took a second on a machine on which one alone took ten.
  expect(performance.now() - begun).toBeLessThan(8000);
});

test("letters that are longer when they are small do not move what stands behind them", () => {
  const map = [{ farm: "/mnt/show", here: "S:\\show" }];
  expect(mapPath("\u0130\u0130,S:\\Show\\a", map, "posix")).toBe("\u0130\u0130,/mnt/show/a");
});
