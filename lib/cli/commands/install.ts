import { posix, win32 } from "node:path";
import { object, or } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import { map, optional, withDefault } from "@optique/core/modifiers";
import type { Parser } from "@optique/core/parser";
import { command, option } from "@optique/core/primitives";
import { choice, string } from "@optique/core/valueparser";
import { labelOf, macData, propertyList } from "../../install/launchd";
import { checkFlags, environmentFile, flagValue, type Service, variables } from "../../install/service";
import { environmentPath, unit, unitName } from "../../install/systemd";
import { recipe } from "../../install/windows";
import { ownProgram, type ServiceFile, verify, whyNotRunnable, writeFiles } from "../../install/write";
import { PlainError, type Step } from "../../local/program";
import { type Command, helpOf } from "../command";

const systems = ["systemd", "launchd", "windows"] as const;
type System = (typeof systems)[number];
const ofPlatform: Partial<Record<NodeJS.Platform, System>> = { linux: "systemd", darwin: "launchd", win32: "windows" };
/** Where the binary is looked for when the service is for another system than this one. */
const usualPlaces = {
  systemd: "/usr/local/bin/drqueue",
  launchd: "/usr/local/bin/drqueue",
  windows: "C:\\Program Files\\DrQueue\\drqueue.exe",
};
const usualUser = "drqueue";

type Given = { user?: string | undefined; system: System; root: string; print: boolean; force: boolean };

const own = object("How it is installed", {
  user: optional(
    option("--user", string({ metavar: "NAME" }), { description: message`Whom it runs as; else drqueue.` }),
  ),
  system: withDefault(
    option("--for", choice(systems), { description: message`The system; for windows it is printed only.` }),
    ofPlatform[process.platform] ?? "systemd",
  ),
  root: withDefault(
    option("--root", string({ metavar: "FOLDER" }), {
      description: message`Folder to write below, as the image of another machine.`,
    }),
    "/",
  ),
  print: option("--print", { description: message`Print what would be written, and write nothing.` }),
  force: option("--force", { description: message`Overwrite a file that says something else.` }),
});

/** `drqueue install`. `args`: the whole command line. `programs`: the flags of which those that are given are kept. */
export function install(args: readonly string[], programs: { master: Command; slave: Command }): Command {
  const words = (what: string) =>
    helpOf({
      does: message`Have the system start a ${text(what)}, now and after each boot.`,
      more: message`Writes what systemd or launchd needs, for this program where it lies and with the flags given; prints a recipe for Windows. Token, master and database go into ${text(environmentPath)}, as far as their variables are set.`,
      examples: [
        "install slave --user render --pool=maya,nuke --slots 2",
        "install master --data /srv/drqueue --print",
        "install slave --for windows --master farm1 > install.ps1",
      ],
    });
  const one = (role: "master" | "slave") =>
    command(
      role,
      map(
        // Read as well, so that what the program would refuse does not wait for its first start.
        object({ own, kept: programs[role] }) as unknown as Parser<"async", { own: Given }, unknown>,
        ({ own }): Step =>
          async () =>
            installAs(role, keptOf(args.slice(2)), own),
      ),
      words(role),
    );
  const usageLine = () => [{ type: "literal", value: "master|slave [options]" } as const];
  return command("install", or(one("master"), one("slave")), { ...words("master or slave"), usageLine }) as Command;
}

/** The words that are for the program itself. */
function keptOf(words: readonly string[]): string[] {
  return words.filter((word, at) => {
    if (/^--(user|for|root)(=|$)/.test(word) || word === "--print" || word === "--force") return false;
    return !/^--(user|for|root)$/.test(words[at - 1] ?? "");
  });
}

function installAs(
  role: "master" | "slave",
  flags: readonly string[],
  { user, system, root, print, force }: Given,
): number {
  const here = ofPlatform[process.platform] === system;
  const program = here ? ownProgram() : [usualPlaces[system]];
  const service: Service = { role, program, flags, user: user ?? usualUser };
  check(service, system);
  if (system === "windows") {
    process.stdout.write(recipe(service, { user, replace: force }));
    return 0;
  }
  const files = filesOf(service, system);
  if (print) {
    for (const { path, text } of files) process.stdout.write(`# ${path}\n${hidden(text)}\n`);
    return 0;
  }
  if (root === "/") refuseHere(service, here);
  const written = writeFiles(files, root, force);
  for (const path of written) process.stdout.write(`${path}: written\n`);
  const problem = system === "systemd" ? verify(`${root}/${files[0]!.path}`) : undefined;
  if (problem) process.stderr.write(`${problem}\n`);
  process.stdout.write(`${next(service, system)}\n`);
  return 0;
}

function check({ program, flags, user }: Service, system: System): void {
  try {
    checkFlags(flags, system === "windows" ? win32.isAbsolute : posix.isAbsolute);
  } catch (error) {
    throw new PlainError((error as Error).message, 2);
  }
  if (!(system === "windows" ? /^[^\u0000-\u001f"]{1,100}$/ : /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\$?$/).test(user))
    throw new PlainError(`--user '${user}' cannot be the name of a user`, 2);
  const odd = variables.find((name) => /[\u0000-\u001f]/.test(process.env[name] ?? ""));
  if (odd) throw new PlainError(`${odd} has a line break or another control character: correct it first`, 2);
  if (/[$\u0000-\u001f]/.test(program[0]!))
    throw new PlainError(`systemd starts no program from ${program[0]}: put it into another folder`);
}

function refuseHere({ user, program }: Service, here: boolean): void {
  if (!here) throw new PlainError("this machine has another system: use --print, or --root FOLDER", 2);
  if (process.getuid?.() !== 0)
    throw new PlainError("only root writes there: use sudo, or --print to see what it would be");
  const reason = whyNotRunnable(user, program);
  if (reason) throw new PlainError(reason);
}

function filesOf(service: Service, system: "systemd" | "launchd"): ServiceFile[] {
  const file =
    system === "systemd"
      ? { path: `/etc/systemd/system/${unitName(service)}`, text: unit(service) }
      : { path: `/Library/LaunchDaemons/${labelOf(service)}.plist`, text: propertyList(service) };
  return [
    { ...file, mode: 0o644 },
    { path: environmentPath, text: environmentFile(process.env), mode: 0o600, keep: true },
  ];
}

/** A text without the secrets in it. */
function hidden(text: string): string {
  return text.replace(/^((?:DRQUEUE_TOKEN|DATABASE_URL|DRQUEUE_SMTP)=).*$/gm, "$1...");
}

function next(service: Service, system: "systemd" | "launchd"): string {
  const missing =
    service.role === "slave" && !process.env.DRQUEUE_TOKEN ? `see that ${environmentPath} has the token, then: ` : "";
  if (system === "systemd")
    return `now: ${missing}systemctl daemon-reload && systemctl enable --now ${unitName(service).replace(/\.service$/, "")}`;
  const folder = flagValue(service.flags, "--data") === undefined ? `install -d -o ${service.user} ${macData} && ` : "";
  const mine = `chown ${service.user} ${environmentPath} && `;
  return `now: ${missing}${folder}${mine}launchctl bootstrap system /Library/LaunchDaemons/${labelOf(service)}.plist`;
}
