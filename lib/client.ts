// The typed client of master and slave: what the CLI, the slave, the page and other programs call.
import type { Done, FramePage, Job, JobDetail, JobFilter, KindInfo, Licence, Owner, Why } from "./protocol";
import type { Settings, SettingsChange, Slave, SlaveState } from "./settings";
import type { JobChange, Submission } from "./submission";
import type { Sync, SyncAnswer } from "./sync";
import type { Problem } from "./wire";

/** A request that was refused (`status` is HTTP's) or did not get through (`status` is undefined). */
export class ClientError extends Error {
  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }
}

/** Where the other side is, and the farm's token. `timeoutMs`: the longest wait for an answer to begin. */
export type Target = { host: string; port: number; token: string; timeoutMs?: number };

/** What a submission must say, beside either a command or a kind; everything else has a default. */
export type NewJob = Pick<Submission, "name"> & Partial<Submission>;

/** What becomes of jobs that wait for one that is deleted. */
export type Dependents = "refuse" | "cascade" | "release";

export class Client {
  private readonly base: string;

  constructor(private readonly target: Target) {
    const host = target.host.includes(":") ? `[${target.host}]` : target.host;
    this.base = `http://${host}:${target.port}`;
  }

  // Jobs, at the master.
  submit = (job: NewJob) => this.call<{ id: number }>("POST", "/jobs", job);
  jobs = async (filter: Partial<JobFilter> = {}) =>
    (await this.call<{ jobs: Job[] }>("GET", `/jobs${query(filter)}`)).jobs;
  job = (id: number) => this.call<JobDetail>("GET", `/jobs/${id}`);
  frames = (id: number, page: { frames?: string; after?: number; limit?: number } = {}) =>
    this.call<FramePage>("GET", `/jobs/${id}/frames${query(page)}`);
  requeue = (id: number, frames?: string) =>
    this.call<Done>("POST", `/jobs/${id}/requeue`, frames === undefined ? {} : { frames });
  finish = (id: number, frames: string) => this.call<Done>("POST", `/jobs/${id}/finish`, { frames });
  kill = (id: number, frames?: string) =>
    this.call<Done>("POST", `/jobs/${id}/kill`, frames === undefined ? {} : { frames });
  stop = (id: number, options: { kill?: boolean } = {}) => this.call<Done>("POST", `/jobs/${id}/stop`, options);
  continue = (id: number) => this.call<Done>("POST", `/jobs/${id}/continue`, {});
  rerun = (id: number) => this.call<Done>("POST", `/jobs/${id}/rerun`, {});
  delete = (id: number, options: { dependents?: Dependents } = {}) =>
    this.call<Done>("DELETE", `/jobs/${id}${query(options)}`);
  change = (id: number, change: JobChange) => this.call<Done>("PATCH", `/jobs/${id}`, change);
  block = (id: number, slaves: string[]) => this.call<Done>("POST", `/jobs/${id}/block`, { slaves });
  unblock = (id: number, slaves: string[]) => this.call<Done>("POST", `/jobs/${id}/unblock`, { slaves });
  why = (id: number, frame?: number) => this.call<Why>("GET", `/jobs/${id}/why${query({ frame })}`);

  /** The log of a frame as a stream of bytes; with `follow` until its run ends. */
  log = (
    id: number,
    frame: number,
    { signal, ...options }: { attempt?: number; follow?: boolean; signal?: AbortSignal } = {},
  ) => this.request("GET", `/jobs/${id}/logs/${frame}${query(options)}`, undefined, signal);

  // Kinds of jobs, licences and owners, at the master.
  kinds = async () => (await this.call<{ kinds: KindInfo[] }>("GET", "/kinds")).kinds;
  kind = (name: string) => this.call<KindInfo>("GET", `/kinds/${encodeURIComponent(name)}`);
  jobscript = async (name: string, fields: Submission["fields"], shell: "sh" | "cmd") =>
    (await this.call<{ script: string }>("POST", `/kinds/${encodeURIComponent(name)}/jobscript`, { fields, shell }))
      .script;
  licences = async () => (await this.call<{ licences: Licence[] }>("GET", "/licences")).licences;
  setLicence = (name: string, total: number) =>
    this.call<Licence>("PUT", `/licences/${encodeURIComponent(name)}`, { total });
  removeLicence = (name: string) => this.call<unknown>("DELETE", `/licences/${encodeURIComponent(name)}`);
  owners = async () => (await this.call<{ owners: Owner[] }>("GET", "/owners")).owners;
  setOwner = (name: string, weight: number) =>
    this.call<Owner>("PUT", `/owners/${encodeURIComponent(name)}`, { weight });

  // Slaves, at the master.
  slaves = async () => (await this.call<{ slaves: Slave[] }>("GET", "/slaves")).slaves;
  slave = (name: string) => this.call<Slave>("GET", `/slaves/${encodeURIComponent(name)}`);
  changeSlave = (name: string, change: SettingsChange) =>
    this.call<Settings>("PATCH", `/slaves/${encodeURIComponent(name)}/settings`, change);
  whySlave = (name: string) => this.call<Why>("GET", `/slaves/${encodeURIComponent(name)}/why`);
  clearSlave = (name: string) => this.call<unknown>("POST", `/slaves/${encodeURIComponent(name)}/clear`, {});
  sync = (sync: Sync, signal?: AbortSignal) => this.call<SyncAnswer>("POST", "/sync", sync, signal);

  // At a slave's own port.
  slaveState = () => this.call<SlaveState>("GET", "/slave");
  changeSettings = (change: SettingsChange) => this.call<Settings>("PATCH", "/settings", change);
  slaveLog = (path: string, { signal, ...options }: { follow?: boolean; signal?: AbortSignal } = {}) =>
    this.request("GET", `/log${query({ path, ...options })}`, undefined, signal);
  /** Removes what the slave keeps of a deleted job, by the name of its log folder. */
  forgetJob = (folder: string) => this.call<unknown>("DELETE", `/jobs/${encodeURIComponent(folder)}`);

  private async call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const answer = await this.request(method, path, body, signal);
    // What is done without a word, as a deletion, has no body.
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  private async request(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.target.timeoutMs ?? 20_000);
    let response: Response;
    try {
      response = await fetch(this.base + path, {
        method,
        headers: {
          authorization: `Bearer ${this.target.token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal,
      });
    } catch (error) {
      const why = deadline.signal.aborted ? "no answer in time" : reason(error);
      throw new ClientError(`cannot reach ${this.target.host}:${this.target.port} (${why})`);
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return response;
    const problem = (await response.json().catch(() => undefined)) as Problem | undefined;
    throw new ClientError(problem?.detail ?? `${response.status} ${response.statusText}`, response.status);
  }
}

function reason(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (code === "ConnectionRefused" || code === "ECONNREFUSED") return "nothing listens there";
  // Bun adds advice for programmers behind the first sentence.
  return message.replace(/\. For more information.*/s, "");
}

function query(values: Record<string, unknown>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== false);
  return given.length === 0 ? "" : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
