// As whom Postgres runs when the master is root.
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** A user of this system. */
export type User = { name: string; uid: number; gid: number };

/** Postgres refuses to run as root. Undefined when we are not root: it then runs as we do. */
export function userToRunAs(pg: string): User | undefined {
  const owner = existsSync(pg) ? statSync(pg) : undefined;
  const uid = process.getuid?.();
  if (uid !== 0) {
    if (owner && owner.uid !== uid) {
      throw new Error(
        `${pg} belongs to user ${owner.uid}, not to this user ${uid}: run as that user, or choose another --data`,
      );
    }
    return undefined;
  }
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name, , uid, gid]) => ({ name: name ?? "", uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }));
  if (owner?.uid === 0) {
    throw new Error(`${pg} belongs to root, as whom Postgres refuses to run: give it to another user (chown -R)`);
  }
  if (owner) {
    const name = users.find((user) => user.uid === owner.uid)?.name ?? `${owner.uid}`;
    return { name, uid: owner.uid, gid: owner.gid };
  }
  for (const name of ["drqueue", "postgres", "nobody"]) {
    const found = users.find((user) => user.name === name);
    if (found) return found;
  }
  throw new Error(
    "Postgres refuses to run as root, and /etc/passwd has no user drqueue, postgres or nobody to run it as: add the user drqueue",
  );
}

/** Has the user itself try to enter every folder on the way, as only that sees what access lists and mounts forbid. */
export async function refuseClosedPath(folders: string[], runAs: User): Promise<void> {
  const onTheWay = new Set(folders.flatMap((folder) => ancestors(folder)));
  const script = 'for folder; do [ -x "$folder" ] || { printf %s "$folder"; exit 1; }; done';
  const tried = Bun.spawn(["/bin/sh", "-c", script, "sh", ...onTheWay], {
    uid: runAs.uid,
    gid: runAs.gid,
    cwd: "/",
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  const closed = await new Response(tried.stdout).text();
  if ((await tried.exited) !== 0) {
    throw new Error(
      `user ${runAs.name}, as whom Postgres runs, may not enter ${closed || "/"}: choose another --data, or allow it (chmod o+x)`,
    );
  }
}

/** The folder and all above it, from the root down. */
function ancestors(folder: string): string[] {
  return folder === dirname(folder) ? [folder] : [...ancestors(dirname(folder)), folder];
}
