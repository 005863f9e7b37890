// What is written for systemd, launchd and Windows is read by them as it was meant, whatever the flags hold.
import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import fc from "fast-check";
import { propertyList } from "../../lib/install/launchd";
import { checkFlags, environmentFile, type Service } from "../../lib/install/service";
import { unit, unitName } from "../../lib/install/systemd";
import { argumentLine, quoted, recipe } from "../../lib/install/windows";
import { verify } from "../../lib/install/write";
import { readArguments, readCommand, readEnvironment, readQuoted, readUnit } from "./units";

const service = (role: Service["role"], ...flags: string[]): Service => ({
  role,
  program: ["/opt/dr queue/drqueue"],
  flags,
  user: "render",
});

/** Words with all that has a meaning to one of the three, but control characters, which are refused. */
const words = fc.array(
  fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc
      .array(
        fc.constantFrom('"', "'", "\\", "%", "$", "${HOME}", "%h", ";", " ", "#", "`", "\u2019", "&", "<", "]]>", "é"),
      )
      .map((parts) => parts.join("")),
  ),
);
const clean = words.filter((all) => all.every((word) => !/[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/.test(word)));

const settings = (text: string, section: string) => Object.fromEntries(readUnit(text)[section]!);

describe("systemd", () => {
  test("starts the program with the very words that were given", () => {
    fc.assert(
      fc.property(clean, (flags) => {
        const { ExecStart } = settings(unit(service("slave", ...flags)), "Service");
        expect(readCommand(ExecStart!)).toEqual(["/opt/dr queue/drqueue", "slave", ...flags]);
      }),
    );
  });

  test("starts master and slave when network and shared storage are there, and again whenever they end", () => {
    for (const role of ["master", "slave"] as const) {
      const text = unit(service(role));
      expect(settings(text, "Unit")).toMatchObject({
        Wants: "network-online.target",
        After: "network-online.target remote-fs.target",
        StartLimitIntervalSec: "0",
      });
      expect(settings(text, "Service")).toMatchObject({
        User: "render",
        Restart: "always",
        EnvironmentFile: "-/etc/drqueue/drqueue.env",
        StateDirectory: "drqueue",
        Environment: "DRQUEUE_DATA=/var/lib/drqueue",
      });
      expect(settings(text, "Install")).toEqual({ WantedBy: "multi-user.target" });
    }
  });

  test("lets the tasks of a slave outlive it, and gives it the time that they have to end", () => {
    const { KillMode, OOMPolicy, TimeoutStopSec, NoNewPrivileges } = settings(
      unit(service("slave", "--grace", "5m")),
      "Service",
    );
    expect({ KillMode, OOMPolicy, NoNewPrivileges }).toEqual({
      KillMode: "process",
      OOMPolicy: "continue",
      NoNewPrivileges: undefined,
    });
    expect(Number(TimeoutStopSec)).toBeGreaterThan(300);
    expect(settings(unit(service("master")), "Service")).toMatchObject({ KillMode: "mixed", NoNewPrivileges: "yes" });
  });

  test("makes no data folder where one was named", () => {
    const { StateDirectory, Environment } = settings(unit(service("master", "--data=/srv/drqueue")), "Service");
    expect([StateDirectory, Environment]).toEqual([undefined, undefined]);
  });

  test("keeps several slaves of one machine apart by their names", () => {
    expect(unitName(service("slave"))).toBe("drqueue-slave.service");
    expect(unitName(service("slave", "--name=rack7-b"))).toBe("drqueue-slave@rack7-b.service");
    expect(unitName(service("master"))).toBe("drqueue-master.service");
  });

  test.skipIf(!Bun.which("systemd-analyze"))("finds nothing wrong with it", () => {
    const folder = mkdtempSync(join(tmpdir(), "drqueue-units-"));
    try {
      for (const one of [service("master"), service("slave", "--path", 'a "%h" $HOME \\ ;', "--name", "s1")]) {
        const path = join(folder, unitName(one));
        writeFileSync(path, unit({ ...one, program: [process.execPath], user: "root" }));
        expect(verify(path)).toBeUndefined();
      }
      writeFileSync(join(folder, "wrong.service"), "[Service]\nExecStart=relative\n");
      expect(verify(join(folder, "wrong.service"))).toContain("relative");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test("variables come through the file as they are, to systemd and to a shell", () => {
  const value = fc
    .string({ unit: "grapheme", minLength: 1 })
    .filter((text) => !/[\u0000-\u001f\u007f-\u009f]/.test(text));
  fc.assert(
    fc.property(value, value, (token, database) => {
      const text = environmentFile({ DRQUEUE_TOKEN: token, DATABASE_URL: database, HOME: "/root" });
      expect(readEnvironment(text)).toEqual({ DRQUEUE_TOKEN: token, DATABASE_URL: database });
    }),
  );
  const hostile = "a\"b'c\\d$HOME`id`%h e;#";
  const text = environmentFile({ DRQUEUE_TOKEN: hostile });
  const shell = Bun.spawnSync(["sh", "-c", `${text}\nprintf %s "$DRQUEUE_TOKEN"`]);
  expect(shell.stdout.toString()).toBe(hostile);
});

describe("Windows", () => {
  test("takes the argument line apart into the same words", () => {
    fc.assert(fc.property(clean, (flags) => expect(readArguments(argumentLine(flags))).toEqual(flags)));
  });

  test("gets every text through PowerShell as it is", () => {
    fc.assert(
      fc.property(clean, (flags) => {
        for (const word of flags) expect(readQuoted(quoted(word))).toBe(word);
        const text = recipe(service("slave", ...flags), { user: "STUDIO\\o'neill", replace: false });
        const [, line] = /-Argument (.*)$/m.exec(text) ?? [];
        expect(readArguments(readQuoted(line!)).slice(-flags.length || Number.POSITIVE_INFINITY)).toEqual(flags);
      }),
    );
  });

  test("starts it at boot and whenever it has ended, without a limit of time", () => {
    const text = recipe(service("slave", "--name=s1"), { user: undefined, replace: false });
    for (const part of [
      "-AtStartup",
      "-RepetitionInterval",
      "IgnoreNew",
      "[TimeSpan]::Zero",
      "'DrQueue slave s1'",
      "S-1-5-20",
    ])
      expect(text).toContain(part);
    expect(text).not.toContain("Get-Credential");
  });
});

test("launchd starts the program with the very words that were given, by way of a shell that reads the variables", () => {
  const told = (xml: string) => xml.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  fc.assert(
    fc.property(clean, (flags) => {
      const text = propertyList(service("slave", ...flags));
      const [, list = ""] = /<key>ProgramArguments<\/key>\n<array>\n([\s\S]*?)\n<\/array>/.exec(text) ?? [];
      const all = [...list.matchAll(/<string>([^<]*)<\/string>/g)].map(([, word]) => told(word!));
      expect(all.slice(3)).toEqual(["/opt/dr queue/drqueue", "slave", ...flags]);
    }),
  );
  const list = propertyList({ ...service("slave", "a b", "$HOME"), program: ["printf", "<%s>"] });
  const [, script = ""] = /<string>(set -a[^<]*)<\/string>/.exec(list) ?? [];
  const ran = Bun.spawnSync(["/bin/sh", "-c", told(script), "printf", "<%s>", "slave", "a b", "$HOME"]);
  expect(ran.stdout.toString()).toBe("<slave><a b><$HOME>");
});

test("flags that mean something else in a service are refused, each in a line that says what to do", () => {
  const check =
    (...flags: string[]) =>
    () =>
      checkFlags(flags, isAbsolute);
  expect(check("--data", "here")).toThrow("--data 'here': a service starts in another folder, write the path in full");
  expect(check("--logs=logs")).toThrow("write the path in full");
  expect(check("--replace")).toThrow("--replace is for one start by hand");
  expect(check("--name", "../../x")).toThrow("cannot be a slave's name");
  expect(check("--hours", "mon\nExecStart=/bin/evil")).toThrow("line break");
  expect(check("--data=/srv/x", "--logs", "/mnt/logs", "--pool=a")).not.toThrow();
});
