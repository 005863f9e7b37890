// A master or slave as a service of the system: what is the same for systemd, launchd and Windows.

/** What is to run. `flags`: as a person wrote them. `program`: what starts drqueue, in words; the first is an absolute path. */
export type Service = {
  role: "master" | "slave";
  program: readonly string[];
  flags: readonly string[];
  user: string;
};

/** Variables that a farm's programs know and that a service is given in a file, for its secrets and for what all machines share. */
export const variables = [
  "DRQUEUE_TOKEN",
  "DRQUEUE_MASTER",
  "DATABASE_URL",
  "DRQUEUE_LOGS",
  "DRQUEUE_SCRIPTS",
  "DRQUEUE_KINDS",
  "DRQUEUE_SMTP",
  "DRQUEUE_MAIL_FROM",
] as const;

const paths = ["--data", "--logs", "--scripts", "--kinds"];

/** The value of a flag, in either form; the last one where it is repeated. */
export function flagValue(flags: readonly string[], name: string): string | undefined {
  const at = flags.findLastIndex((word) => word === name || word.startsWith(`${name}=`));
  return flags[at] === name ? flags[at + 1] : flags[at]?.slice(name.length + 1);
}

/**
 * Throws an Error for flags that mean something else in a service: folders that are not given in full, since it starts in another one,
 * `--replace`, which is for one start, control characters, and names that cannot be a slave's.
 */
export function checkFlags(flags: readonly string[], isAbsolute: (path: string) => boolean): void {
  if (flags.some((word) => /[\u0000-\u001f\u007f-\u009f]/.test(word)))
    throw new Error("a flag has a line break or another control character: leave it out");
  if (flags.includes("--replace")) throw new Error("--replace is for one start by hand: leave it out");
  const name = flagValue(flags, "--name");
  if (name !== undefined && !/^[A-Za-z0-9._-]{1,100}$/.test(name))
    throw new Error(`'${name}' cannot be a slave's name: use letters, digits, '.', '_' and '-'`);
  for (const name of paths) {
    const path = flagValue(flags, name);
    if (path !== undefined && !isAbsolute(path))
      throw new Error(`${name} '${path}': a service starts in another folder, write the path in full`);
  }
}

/** The name of its slave, if it is given: several on one machine need one each. */
export function instanceOf({ role, flags }: Service): string | undefined {
  return role === "slave" ? flagValue(flags, "--name") : undefined;
}

/** The file of the variables: one line each, those with a value and, as comments, all others. Both systemd and sh read it. */
export function environmentFile(env: Readonly<Record<string, string | undefined>>): string {
  const lines = variables.map((name) => {
    const value = env[name];
    return value ? `${name}="${value.replace(/["\\$`]/g, "\\$&")}"` : `# ${name}=`;
  });
  return `# Read by the services of DrQueue. The token is the text of the file 'token' in the master's data folder.\n${lines.join("\n")}\n`;
}
