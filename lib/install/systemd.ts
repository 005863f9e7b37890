// A service as a unit of systemd.
import { milliseconds } from "../amounts";
import { flagValue, instanceOf, type Service } from "./service";

/** Where the variables are. */
export const environmentPath = "/etc/drqueue/drqueue.env";

/** The name of the unit. A slave with a name has it in its unit's, so that several fit on one machine. */
export function unitName(service: Service): string {
  const name = instanceOf(service);
  return `drqueue-${service.role}${name === undefined ? "" : `@${name}`}.service`;
}

/** The unit file. Without --data the data folder is /var/lib/drqueue, which systemd makes for the user. */
export function unit(service: Service): string {
  const { role, program, flags, user } = service;
  const data = flagValue(flags, "--data") === undefined;
  return `[Unit]
Description=DrQueue ${role}
Wants=network-online.target
After=network-online.target remote-fs.target
# Whatever keeps it from starting, it is tried again for ever.
StartLimitIntervalSec=0

[Service]
Type=exec
User=${user}
EnvironmentFile=-${environmentPath}
${data ? "Environment=DRQUEUE_DATA=/var/lib/drqueue\nStateDirectory=drqueue\nStateDirectoryMode=0755\n" : ""}\
ExecStart=${[...program, role, ...flags].map(word).join(" ")}
Restart=always
RestartSec=5
LimitNOFILE=65536
${role === "master" ? master : slave(flags)}
[Install]
WantedBy=multi-user.target
`;
}

const master = `# It ends its own Postgres itself, in order: TERM is for the master alone.
KillMode=mixed
TimeoutStopSec=90
NoNewPrivileges=yes
ProtectSystem=full
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
LockPersonality=yes
`;

function slave(flags: readonly string[]): string {
  const graceMs = milliseconds(flagValue(flags, "--grace") ?? "10s") ?? 10_000;
  return `# Should the slave die, its tasks go on, and its next life picks them up: systemd must not end them with it. When it is told to stop
# it ends them itself, and the master has them rendered elsewhere.
KillMode=process
TimeoutStopSec=${Math.ceil(graceMs / 1000) + 30}
# It leaves with its tasks going on, and is started again: for an upgrade.
ExecReload=/bin/kill -USR2 $MAINPID
# A task that takes all memory ends alone. What renderers may do is up to the user they run as.
OOMPolicy=continue
TasksMax=infinity
`;
}

/** A word of a command line: without it systemd would see blanks, quotes, %specifiers and $variables. */
export function word(text: string): string {
  const escaped = text.replace(/[\\"]/g, "\\$&").replace(/%/g, "%%").replace(/\$/g, "$$$$");
  return /^[\w@:,.+/=-]+$/.test(text) ? text : `"${escaped}"`;
}
