import { userInfo } from "node:os";

/** The name of the person at the keyboard; Bun knows it only from the environment, which cron and containers leave empty. */
export function whoami(): string {
  const named = process.env.USER || process.env.LOGNAME || process.env.USERNAME;
  if (named) return named;
  const { username, uid } = userInfo();
  if (username && username !== "unknown") return username;
  const id = process.platform === "win32" ? "" : Bun.spawnSync(["id", "-un"]).stdout.toString().trim();
  return id || `${uid}`;
}
