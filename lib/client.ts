// The typed client of master and slave: what the CLI, the slave, the page and other programs call.
// It works under Bun, Node 20+ and in browsers: nothing here or in client/ may need more than fetch, streams and timers.
import type { NewBatchJob, Submitted } from "./batch";
import { Connection } from "./client/connection";
import { ClientError } from "./client/error";
import { type EventFilter, followEvents, type Reset } from "./client/events";
import { linesOf } from "./client/lines";
import { query } from "./client/query";
import { randomKey } from "./client/random-key";
import type { Target } from "./client/target";
import { watchJob } from "./client/watch";
import type { FarmEvent, NewNotice, Notice } from "./events";
import type { JobFilter, JobNumbers, JobNumbersFilter, JobPage, SlaveFilter, SlavePage } from "./lists";
import type { ManyDone, NewJobStep } from "./many";
import type { Attention, FarmHistory, FarmNow } from "./overview";
import type { Done, FramePage, Job, JobDetail, KindInfo, Licence, MasterSeen, Owner, Run, Why } from "./protocol";
import type { Settings, SettingsChange, Slave, SlaveState } from "./settings";
import type { JobState, TaskState } from "./states";
import type { JobChange, Submission } from "./submission";
import type { Sync, SyncAnswer } from "./sync";
import type { LogUpload, LogUploadAnswer } from "./uploads";
import type { JobGraph, JobMap, JobTimes, SlaveHistory, SlaveRuns } from "./views";

export type { NewBatchJob } from "./batch";
export { ClientError } from "./client/error";
export type { EventFilter, Reset } from "./client/events";
export type { Master, Target } from "./client/target";
export type { FarmEvent, NewNotice, Notice } from "./events";
export type { JobNumbers, JobPage, SlavePage } from "./lists";
export type { ManyDone, NewJobStep } from "./many";
export type { Attention, FarmHistory, FarmNow } from "./overview";
export type {
  Done,
  Frame,
  FramePage,
  Job,
  JobDetail,
  KindInfo,
  Licence,
  MasterSeen,
  Owner,
  Reason,
  Run,
  Why,
} from "./protocol";
export type { Settings, SettingsChange, Slave, SlaveState } from "./settings";
export type { JobChange, Submission } from "./submission";
export type { JobGraph, JobMap, JobTimes, SlaveHistory, SlaveRun, SlaveRuns } from "./views";

/** What a submission must say, beside either a command or a kind; everything else has a default. */
export type NewJob = Pick<Submission, "name"> & Partial<Submission>;

/** By which key masters know a submission that is sent again, 1 to 200 printable characters; each has one of its own when none is given. */
export type SubmitOptions = { key?: string };

/** Those in one state or several. */
type InStates<Filter, State> = Partial<Omit<Filter, "state">> & { state?: State | readonly State[] | undefined };
/** Which jobs, and how many of them in what order. */
export type JobsWanted = InStates<Omit<JobFilter, "jobs">, JobState> & { jobs?: readonly number[] | undefined };
/** Which jobs a list has. */
export type NumbersWanted = InStates<JobNumbersFilter, JobState>;
/** Which slaves, and how many of them. */
export type SlavesWanted = InStates<Omit<SlaveFilter, "slaves">, Slave["state"]> & {
  slaves?: readonly number[] | undefined;
};

/** What becomes of jobs that wait for one that is deleted. */
export type Dependents = "refuse" | "cascade" | "release";

/** What of a log: with `follow` until the run ends, its last lines (`tail`), from a byte on, or a `range` as `bytes=0-99`. */
export type LogPart = {
  follow?: boolean | undefined;
  tail?: number | undefined;
  from?: number | undefined;
  range?: string | undefined;
  signal?: AbortSignal | undefined;
};
/** Which log: of the last attempt when none is named. `here`: only where the master that is asked sees it itself. */
export type LogOptions = LogPart & { attempt?: number; here?: boolean };

/** All that a person can do with a farm. What is refused, or does not get through, throws a ClientError. */
export class Client {
  private readonly connection: Connection;

  constructor(target: Target) {
    this.connection = new Connection(target);
  }

  // Jobs, at the master.
  submit = (job: NewJob, { key = randomKey() }: SubmitOptions = {}): Promise<{ id: number }> =>
    this.connection.json({ method: "POST", path: "/jobs", body: job, key });
  /** All of these jobs or none; they may wait for each other by their ids. */
  submitAll = async (jobs: readonly NewBatchJob[], { key = randomKey() }: SubmitOptions = {}) =>
    (await this.connection.json<Submitted>({ method: "POST", path: "/jobs/batch", body: { jobs }, key })).jobs;
  /** What was given for a job, as `submitAll` takes it. */
  exportJob = (id: number): Promise<NewBatchJob> => this.call("GET", `/jobs/${id}/export`);
  jobs = async (filter: JobsWanted = {}): Promise<Job[]> => (await this.jobPage(filter)).jobs;
  /** The same with `next`, the cursor of the next page. */
  jobPage = (filter: JobsWanted = {}): Promise<JobPage> => this.call("GET", `/jobs${query(filter)}`);
  job = (id: number): Promise<JobDetail> => this.call("GET", `/jobs/${id}`);
  frames = (
    id: number,
    page: { frames?: string; after?: number; limit?: number; state?: TaskState | TaskState[] } = {},
  ): Promise<FramePage> => this.call("GET", `/jobs/${id}/frames${query(page)}`);
  /** All attempts at the task of a frame, the first one first. */
  runs = async (id: number, frame: number): Promise<Run[]> =>
    (await this.call<{ runs: Run[] }>("GET", `/jobs/${id}/frames/${frame}/runs`)).runs;
  requeue = (id: number, frames?: string): Promise<Done> =>
    this.call("POST", `/jobs/${id}/requeue`, frames === undefined ? {} : { frames });
  finish = (id: number, frames: string): Promise<Done> => this.call("POST", `/jobs/${id}/finish`, { frames });
  kill = (id: number, frames?: string): Promise<Done> =>
    this.call("POST", `/jobs/${id}/kill`, frames === undefined ? {} : { frames });
  stop = (id: number, options: { kill?: boolean } = {}): Promise<Done> =>
    this.call("POST", `/jobs/${id}/stop`, options);
  continue = (id: number): Promise<Done> => this.call("POST", `/jobs/${id}/continue`, {});
  rerun = (id: number): Promise<Done> => this.call("POST", `/jobs/${id}/rerun`, {});
  delete = (id: number, options: { dependents?: Dependents } = {}): Promise<Done> =>
    this.call("DELETE", `/jobs/${id}${query(options)}`);
  change = (id: number, change: JobChange): Promise<Done> => this.call("PATCH", `/jobs/${id}`, change);
  block = (id: number, slaves: string[]): Promise<Done> => this.call("POST", `/jobs/${id}/block`, { slaves });
  unblock = (id: number, slaves: string[]): Promise<Done> => this.call("POST", `/jobs/${id}/unblock`, { slaves });
  why = (id: number, frame?: number): Promise<Why> => this.call("GET", `/jobs/${id}/why${query({ frame })}`);

  /** The log of a frame as a stream of bytes. A master of release 0.1 knows no parts of a log, and tells all of it. */
  log = async (id: number, frame: number, { signal, range, attempt, follow, ...part }: LogOptions = {}) => {
    const ask = (part: Omit<LogOptions, "range" | "signal">) =>
      this.stream(`/jobs/${id}/logs/${frame}${query({ attempt, follow, ...part })}`, { signal, range });
    try {
      return await ask(part);
    } catch (error) {
      if (error instanceof ClientError && /^Unrecognized keys?: .*"(tail|from)"/.test(error.message)) return ask({});
      throw error;
    }
  };
  /** The log of a frame line by line. */
  async *logLines(id: number, frame: number, options: LogOptions = {}): AsyncGenerator<string, void> {
    const { body } = await this.log(id, frame, options);
    if (body) yield* linesOf(body);
  }

  /** The picture of a frame as a stream of bytes, with a `width` sized down to it, px. */
  picture = (id: number, frame: number, { width, signal }: { width?: number; signal?: AbortSignal } = {}) =>
    this.stream(`/jobs/${id}/pictures/${frame}${query({ width })}`, { signal });

  /** The job once it has ended. Throws when it is deleted, when no master returns for a minute, or when the signal comes. */
  async wait(id: number, { signal }: { signal?: AbortSignal } = {}): Promise<JobDetail> {
    let last: JobDetail | undefined;
    for await (const job of watchJob(this.connection, id, signal)) last = job;
    signal?.throwIfAborted();
    return last!;
  }

  /** The job each time that it has changed, until it has ended or the signal comes. */
  watch = (id: number, { signal }: { signal?: AbortSignal } = {}): AsyncGenerator<JobDetail, void> =>
    watchJob(this.connection, id, signal);

  /**
   * What happens, as it happens, until the signal comes: from now on, or after the event whose id is `after`. A gap is bridged, by another
   * master if need be; `reset` comes where events were missed, and all must be read anew.
   */
  events = (filter: EventFilter = {}): AsyncGenerator<FarmEvent | Reset, void> => followEvents(this.connection, filter);

  /** Which jobs, by number, in the order asked for: the first 200,000 of them. */
  jobNumbers = (filter: NumbersWanted = {}): Promise<JobNumbers> => this.call("GET", `/jobs/numbers${query(filter)}`);
  /** Takes a step with up to 1,000 jobs, each for itself. */
  many = (jobs: readonly number[], step: NewJobStep): Promise<ManyDone> =>
    this.call("POST", "/jobs/many", { jobs, step });
  /** The state of all tasks of a job. */
  jobMap = (id: number): Promise<JobMap> => this.call("GET", `/jobs/${id}/map`);
  jobTimes = (id: number): Promise<JobTimes> => this.call("GET", `/jobs/${id}/times`);
  jobGraph = (id: number): Promise<JobGraph> => this.call("GET", `/jobs/${id}/graph`);

  // The farm as a whole.
  farm = (): Promise<FarmNow> => this.call("GET", "/farm");
  farmHistory = (hours: number): Promise<FarmHistory> => this.call("GET", `/farm/history${query({ hours })}`);
  attention = (): Promise<Attention> => this.call("GET", "/farm/attention");

  // Kinds of jobs, licences, owners and masters.
  kinds = async (): Promise<KindInfo[]> => (await this.call<{ kinds: KindInfo[] }>("GET", "/kinds")).kinds;
  kind = (name: string): Promise<KindInfo> => this.call("GET", `/kinds/${encodeURIComponent(name)}`);
  jobscript = async (name: string, fields: Submission["fields"], shell: "sh" | "cmd"): Promise<string> =>
    (await this.call<{ script: string }>("POST", `/kinds/${encodeURIComponent(name)}/jobscript`, { fields, shell }))
      .script;
  licences = async (): Promise<Licence[]> => (await this.call<{ licences: Licence[] }>("GET", "/licences")).licences;
  setLicence = (name: string, total: number): Promise<Licence> =>
    this.call("PUT", `/licences/${encodeURIComponent(name)}`, { total });
  removeLicence = (name: string): Promise<unknown> => this.call("DELETE", `/licences/${encodeURIComponent(name)}`);
  owners = async (): Promise<Owner[]> => (await this.call<{ owners: Owner[] }>("GET", "/owners")).owners;
  setOwner = (name: string, weight: number): Promise<Owner> =>
    this.call("PUT", `/owners/${encodeURIComponent(name)}`, { weight });
  masters = async (): Promise<MasterSeen[]> => (await this.call<{ masters: MasterSeen[] }>("GET", "/masters")).masters;

  /** A backup of the whole farm, packed, as a stream of bytes: what `drqueue restore` reads. It is whole when its end says so. */
  backup = (signal?: AbortSignal): Promise<Response> => this.stream("/backup", { signal });

  // Who is told what happens, at the master.
  notices = async (): Promise<Notice[]> => (await this.call<{ notices: Notice[] }>("GET", "/notices")).notices;
  addNotice = (notice: NewNotice): Promise<Notice> => this.call("POST", "/notices", notice);
  removeNotice = (id: number): Promise<Notice> => this.call("DELETE", `/notices/${id}`);
  /** Sends a test message now, to where a notice goes or to an address; one that does not arrive throws. */
  testNotice = (where: number | Pick<NewNotice, "to" | "style" | "secret">) =>
    typeof where === "number"
      ? this.call<{ sent: true }>("POST", `/notices/${where}/test`, {})
      : this.call<{ sent: true }>("POST", "/notices/test", where);

  // Slaves, at the master.
  slaves = async (filter: SlavesWanted = {}): Promise<Slave[]> => (await this.slavePage(filter)).slaves;
  slavePage = (filter: SlavesWanted = {}): Promise<SlavePage> => this.call("GET", `/slaves${query(filter)}`);
  slave = (name: string): Promise<Slave> => this.call("GET", `/slaves/${encodeURIComponent(name)}`);
  changeSlave = (name: string, change: SettingsChange): Promise<Settings> =>
    this.call("PATCH", `/slaves/${encodeURIComponent(name)}/settings`, change);
  whySlave = (name: string): Promise<Why> => this.call("GET", `/slaves/${encodeURIComponent(name)}/why`);
  clearSlave = (name: string): Promise<unknown> => this.call("POST", `/slaves/${encodeURIComponent(name)}/clear`, {});
  slaveHistory = (name: string): Promise<SlaveHistory> =>
    this.call("GET", `/slaves/${encodeURIComponent(name)}/history`);
  /** What it renders now, and what failed there last. */
  slaveRuns = (name: string): Promise<SlaveRuns> => this.call("GET", `/slaves/${encodeURIComponent(name)}/runs`);
  /** Asks one master: whoever is told by another one that an answer was lost looks up what the slave should hold. */
  sync = (sync: Sync, signal?: AbortSignal, timeoutMs?: number): Promise<SyncAnswer> =>
    this.connection.json({ method: "POST", path: "/sync", body: sync, once: true, signal, timeoutMs });
  /** Brings logs to the store of a master; told again, nothing changes. */
  storeLogs = (upload: LogUpload, signal?: AbortSignal): Promise<LogUploadAnswer> =>
    this.call("POST", "/logs", upload, signal);

  // Signed in by a cookie, in browsers: then the target's token is empty.
  signIn = (token: string): Promise<unknown> => this.call("POST", "/session", { token });
  signOut = (): Promise<unknown> => this.call("DELETE", "/session");

  // At a slave's own port.
  slaveState = (): Promise<SlaveState> => this.call("GET", "/slave");
  /** How it was over the last hour. A slave of release 0.1 does not remember, and answers 404. */
  history = (): Promise<SlaveHistory> => this.call("GET", "/history");
  changeSettings = (change: SettingsChange): Promise<Settings> => this.call("PATCH", "/settings", change);
  slaveLog = (path: string, { signal, range, ...options }: LogPart = {}) =>
    this.stream(`/log${query({ path, ...options })}`, { signal, range });
  /** A picture that the slave sees, by its path as the farm writes it. */
  slavePicture = (path: string, signal?: AbortSignal) => this.stream(`/picture${query({ path })}`, { signal });
  /** Removes what the slave keeps of a deleted job, by the name of its log folder. */
  forgetJob = (folder: string): Promise<unknown> => this.call("DELETE", `/jobs/${encodeURIComponent(folder)}`);

  private call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    return this.connection.json<T>({ method, path, body, signal });
  }

  private stream(path: string, { signal, range }: Pick<LogPart, "signal" | "range">): Promise<Response> {
    return this.connection.stream({ method: "GET", path, signal, ...(range && { headers: { range } }) });
  }
}
