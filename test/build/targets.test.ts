import { expect, test } from "bun:test";
import { formatMessage } from "@optique/core/message";
import { binaryName, targetList, targets } from "../../lib/build/targets";

const { parse } = targetList();

test("several platforms are named in one list, each built once", () => {
  expect(parse("windows-x64,darwin-arm64, linux-arm64,windows-x64")).toEqual({
    success: true,
    value: ["windows-x64", "darwin-arm64", "linux-arm64"],
  });
});

test.each(["solaris-sparc", "", "linux-x64,", "linux", "bun-linux-x64"])(
  "'%s' is refused, and the platforms there are get listed",
  async (text) => {
    const parsed = await parse(text);
    if (parsed.success) throw new Error("it was taken");
    const said = formatMessage(parsed.error, { colors: false });
    for (const target of targets) expect(said).toContain(target);
  },
);

test("a binary for another platform has that platform in its name, and .exe for Windows", () => {
  expect(binaryName("windows-x64")).toBe("drqueue-windows-x64.exe");
  expect(binaryName("darwin-arm64")).toBe("drqueue-darwin-arm64");
  expect(binaryName(undefined)).toBe(process.platform === "win32" ? "drqueue.exe" : "drqueue");
});
