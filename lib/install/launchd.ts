// A service as a daemon of macOS.
import { flagValue, instanceOf, type Service } from "./service";
import { environmentPath } from "./systemd";

/** Where it keeps its data when nothing is said. */
export const macData = "/usr/local/var/drqueue";

/** The name under which launchd knows it. */
export function labelOf(service: Service): string {
  return ["drqueue", service.role, instanceOf(service)].filter((part) => part !== undefined).join(".");
}

// launchd reads no file of variables: a shell does, and becomes the program.
const withVariables = `set -a; if [ -r ${environmentPath} ]; then . ${environmentPath}; fi; set +a; exec "$0" "$@"`;

/** The property list. */
export function propertyList(service: Service): string {
  const { role, program, flags, user } = service;
  const label = labelOf(service);
  const list: [string, Value][] = [
    ["Label", label],
    ["ProgramArguments", ["/bin/sh", "-c", withVariables, ...program, role, ...flags]],
    ["UserName", user],
    ...(flagValue(flags, "--data") === undefined
      ? [["EnvironmentVariables", { DRQUEUE_DATA: macData }] as [string, Value]]
      : []),
    ["RunAtLoad", true],
    ["KeepAlive", true],
    // The tasks of a slave that dies go on, and its next life picks them up.
    ["AbandonProcessGroup", role === "slave"],
    ["ExitTimeOut", 90],
    ["SoftResourceLimits", { NumberOfFiles: 65536 }],
    ["StandardErrorPath", `/var/log/${label}.log`],
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${value(Object.fromEntries(list))}
</plist>
`;
}

type Value = string | number | boolean | string[] | { [key: string]: Value };

function value(given: Value): string {
  if (typeof given === "string") return `<string>${text(given)}</string>`;
  if (typeof given === "number") return `<integer>${given}</integer>`;
  if (typeof given === "boolean") return given ? "<true/>" : "<false/>";
  if (Array.isArray(given)) return `<array>\n${given.map(value).join("\n")}\n</array>`;
  const members = Object.entries(given).map(([key, inner]) => `<key>${text(key)}</key>\n${value(inner)}`);
  return `<dict>\n${members.join("\n")}\n</dict>`;
}

function text(given: string): string {
  return given.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
