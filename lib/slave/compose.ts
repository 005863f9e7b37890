// What a slave says of itself in a sync: the machine, its settings, its runs.
import { version } from "../local/program";
import { mostAlive, mostEnded, mostStuck, protocolVersion, type Sync } from "../sync";
import { keyOf } from "../wire";
import { conditionOf, TasksInLoad, worksAt } from "./condition";
import type { hostNow } from "./host";
import { Progress } from "./progress";
import { brief } from "./reasons";
import type { OwnSettings } from "./settings";
import type { Work } from "./work";

export type Self = { name: string; port: number; address: string | undefined };

/** Where it looks at the machine; a test passes its own. `gpus`: as counted when it started. */
export type Senses = { host: typeof hostNow; clock: () => Date; gpus: number; lookMs?: number };

/** Composes syncs. */
export class Composer {
  readonly progress = new Progress();
  private readonly inLoad = new TasksInLoad();
  /** What it told last of the conditions that it looks at. */
  private told: { inHours: boolean; foreignSlots: number } | undefined;

  constructor(
    private readonly self: Self,
    private readonly own: OwnSettings,
    private readonly work: Work,
    private readonly senses: Senses,
  ) {}

  /** `asks`: whether it may ask for tasks, as far as the talk goes. */
  sync({ hello, leaving, asks }: { hello: boolean; leaving: boolean; asks: boolean }): Sync {
    const { own, work, self } = this;
    const host = this.senses.host();
    const condition = this.condition(host);
    this.told = condition;
    work.foreign = condition.foreignSlots;
    const { held, problem, stuck, unsent } = work;
    const ended = unsent.slice(0, mostEnded);
    const later = unsent.slice(mostEnded).map(keyOf);
    this.gatherProgress();
    return {
      version: protocolVersion,
      key: own.key,
      instance: own.instance,
      home: own.home,
      name: self.name,
      software: version,
      ...(self.address && { address: self.address }),
      port: self.port,
      ...host,
      ...condition,
      settings: own.settings,
      ...(problem && { problem: brief(problem) }),
      ...(hello && { hello }),
      ...(leaving && { leaving }),
      running: work.runningCount,
      free: asks && !problem && this.takesTasks ? work.free : 0,
      alive: [...held, ...later].slice(0, mostAlive),
      progress: this.progress.of(held),
      ...(stuck.length > 0 && { stuck: stuck.slice(0, mostStuck) }),
      ended,
    };
  }

  /** Whether a person and its hours let it take tasks. */
  get takesTasks(): boolean {
    const { enabled, drain, hours } = this.own.settings;
    return enabled && !drain && worksAt(hours, this.senses.clock());
  }

  /** What has changed since the last sync of its hours, and of the slots that other load takes; undefined when nothing has. */
  changed(): { inHours: boolean; sinceHours: boolean } | undefined {
    const { inHours, foreignSlots } = this.condition();
    if (!this.told || (inHours === this.told.inHours && foreignSlots === this.told.foreignSlots)) return undefined;
    return { inHours, sinceHours: inHours !== this.told.inHours };
  }

  /** Whether any run is further than it was. */
  gatherProgress(): boolean {
    const news = this.work.progressNews();
    this.progress.add(news);
    return news.length > 0;
  }

  private condition(host = this.senses.host()) {
    const { memoryOwedMb, gpusTaken, runningCount } = this.work;
    const used = { memoryOwedMb, gpusTaken, inLoad: this.inLoad.count(runningCount) };
    const machine = { ...host, gpus: this.senses.gpus };
    return conditionOf(this.own.settings, machine, used, this.senses.clock());
  }
}
