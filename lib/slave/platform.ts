// What differs between operating systems when a jobscript is started, watched and killed: one of two files with the same functions.
import { accessSync, constants } from "node:fs";
import { groupLives } from "../local/processes";
import * as unix from "./parent";
import { windows } from "./windows";

export type { Ending, Family, Start } from "./parent";

const posix = {
  ...unix,
  groupLives,
  mayRun(file: string): boolean {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  },
};

/** The functions for the system this runs on. */
export const platform = { ...(process.platform === "win32" ? windows : posix), inherited };

/** The variables a jobscript inherits from the slave: not the farm's secrets. */
function inherited(): Record<string, string> {
  const { DRQUEUE_TOKEN: _, DATABASE_URL: __, DRQUEUE_SMTP: ___, ...env } = process.env;
  return env as Record<string, string>;
}
