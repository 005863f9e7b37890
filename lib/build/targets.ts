// The platforms a binary can be built for.
import { message, text } from "@optique/core/message";
import type { ValueParser } from "@optique/core/valueparser";
import { platform } from "../queue/postgres-files";

/** A platform, as `--target` names it: operating system and CPU. */
export const targets = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "windows-x64"] as const;
export type Target = (typeof targets)[number];

/** The name of the binary: the plain one for this machine, else with the platform in it. */
export function binaryName(target: Target | undefined): string {
  const windows = (target ?? platform()).startsWith("windows");
  return `drqueue${target ? `-${target}` : ""}${windows ? ".exe" : ""}`;
}

/** Targets as people write them, `linux-arm64,windows-x64`. */
export function targetList(): ValueParser<"sync", Target[]> {
  const known = (name: string): name is Target => (targets as readonly string[]).includes(name);
  return {
    mode: "sync",
    metavar: "PLATFORMS",
    placeholder: [],
    parse(input) {
      const names = [...new Set(input.split(",").map((name) => name.trim()))];
      const unknown = names.find((name) => !known(name));
      if (unknown !== undefined)
        return {
          success: false,
          error: message`${unknown} is no platform to build for: choose among ${text(targets.join(", "))}.`,
        };
      return { success: true, value: names.filter(known) };
    },
    format: (names) => names.join(","),
  };
}
