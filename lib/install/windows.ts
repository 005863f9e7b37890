// A service of Windows as a scheduled task: plain programs cannot be services there, and this needs nothing that Windows does not have.
import { flagValue, instanceOf, type Service } from "./service";

/** Where it keeps its data when nothing is said. */
const usualData = "C:\\ProgramData\\DrQueue";

/** PowerShell that registers it and starts it. `replace`: also in the place of one that is there. */
export function recipe(service: Service, { user, replace }: { user: string | undefined; replace: boolean }): string {
  const { role, program, flags } = service;
  const name = ["DrQueue", role, instanceOf(service)].filter((part) => part !== undefined).join(" ");
  const data = flagValue(flags, "--data") ?? usualData;
  const rest = flagValue(flags, "--data") === undefined ? ["--data", data] : [];
  const [executable = "", ...words] = program;
  const secrets =
    role === "slave"
      ? `# The farm's token: put the file 'token' of the master's data folder into the data folder below.
# Its tasks end with it: Windows does not let them go on.`
      : "# Its database: setx /M DATABASE_URL postgres://..., which every user of this machine can read.";
  // By their numbers, since their names differ from language to language: the network service, administrators, the system.
  const owner = user === undefined ? "'*S-1-5-20'" : "$credential.UserName";
  return `# Registers '${name}' as a scheduled task and starts it: run this in PowerShell as administrator.
${secrets}
$ErrorActionPreference = 'Stop'
$data = ${quoted(data)}
${user === undefined ? "" : `$credential = Get-Credential -UserName ${quoted(user)} -Message 'Who runs DrQueue'\n`}\
New-Item -ItemType Directory -Force -Path $data | Out-Null
icacls $data /inheritance:r /grant '*S-1-5-32-544:(OI)(CI)F' '*S-1-5-18:(OI)(CI)F' (${owner} + ':(OI)(CI)F') | Out-Null
$action = New-ScheduledTaskAction -Execute ${quoted(executable)} -WorkingDirectory $data -Argument ${quoted(argumentLine([...words, role, ...rest, ...flags]))}
# When the machine starts, and every minute in case it has ended: while it runs, none is started beside it.
$triggers = @(
  (New-ScheduledTaskTrigger -AtStartup),
  (New-ScheduledTaskTrigger -Once -At (Get-Date) -RepetitionInterval (New-TimeSpan -Minutes 1))
)
$settings = New-ScheduledTaskSettingsSet -MultipleInstances IgnoreNew -ExecutionTimeLimit ([TimeSpan]::Zero) -RestartCount 999 \`
  -RestartInterval (New-TimeSpan -Minutes 1) -StartWhenAvailable -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
$task = @{ TaskName = ${quoted(name)}; Action = $action; Trigger = $triggers; Settings = $settings; Force = $${replace} }
${
  user === undefined
    ? "$task.Principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-20' -LogonType ServiceAccount"
    : "$task.User = $credential.UserName\n$task.Password = $credential.GetNetworkCredential().Password"
}
Register-ScheduledTask @task | Out-Null
Start-ScheduledTask -TaskName ${quoted(name)}
`;
}

/** A text that PowerShell takes as it is. It reads typographic quotes as quotes too. */
export function quoted(text: string): string {
  return `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, "$&$&")}'`;
}

/** Words as one line that a Windows program takes apart into the same words. */
export function argumentLine(words: readonly string[]): string {
  return words
    .map((word) => {
      if (/^[^\s"]+$/.test(word)) return word;
      // Backslashes are themselves but before a quote, where each counts half.
      return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, "$&$&")}"`;
    })
    .join(" ");
}
