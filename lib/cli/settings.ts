// A slave's settings as people write and read them.
import { PlainError } from "../local/program";
import { parsePathPair } from "../paths";
import type { Settings } from "../settings";
import { gigabytes, plain } from "./table";
import { value } from "./value";

type Path = Settings["paths"][number];

/** One word of `--path`: all paths anew (`is`), one more, or one less. */
export type PathChange =
  | { how: "is" | "add"; path: Path }
  | { how: "is"; path: null }
  | { how: "remove"; farm: string };

/** `/mnt/show=S:\show`, with + or - in front, or `none`. */
export const pathChange = value<PathChange>({
  metavar: "FARM=HERE",
  placeholder: { how: "is", path: null },
  read(text) {
    if (text === "none") return { how: "is", path: null };
    if (text.startsWith("-")) {
      if (text === "-") throw new Error("'-': name the folder to remove, as -/mnt/show");
      return { how: "remove", farm: text.slice(1).replace(/=.*$/s, "") };
    }
    const path = parsePathPair(text.replace(/^\+/, ""));
    return { how: text.startsWith("+") ? "add" : "is", path };
  },
});

/** The paths after these changes. Throws a PlainError when one to remove is not there. */
export function withPaths(before: readonly Path[], changes: readonly PathChange[]): Path[] {
  let paths = [...before];
  for (const change of changes) {
    const farm = change.how === "remove" ? change.farm : change.path?.farm;
    const others = paths.filter((path) => path.farm !== farm);
    if (change.how === "remove" && others.length === paths.length)
      throw new PlainError(`there is no path for ${change.farm}`, 2);
    paths = change.how === "remove" || change.path === null ? others : [...others, change.path];
  }
  return paths;
}

/** A slave's settings in a line: only what differs from the usual. */
export function settingsText(settings: Settings): string {
  const { enabled, drain, slots, pools, leaveMb, loadLimit, hours, paths, gpus } = settings;
  return [
    enabled ? "enabled" : "disabled",
    ...(drain ? ["draining"] : []),
    `${slots} slot${slots === 1 ? "" : "s"}`,
    `pools ${pools.join(",")}`,
    ...(leaveMb > 0 ? [`leaves ${gigabytes(leaveMb)} GB`] : []),
    ...(loadLimit === null ? [] : [`load limit ${loadLimit}`]),
    ...(hours === "" ? [] : [`hours ${plain(hours)}`]),
    ...(gpus === null ? [] : [`${gpus} GPU${gpus === 1 ? "" : "s"}`]),
    ...paths.map(({ farm, here }) => plain(`${farm}=${here}`)),
  ].join(", ");
}
