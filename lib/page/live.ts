// What happens in the farm, told to all parts of the page that look at it: one connection, and none while nobody looks.
import { useEffect, useReducer } from "preact/hooks";
import type { FarmEvent, Reset } from "../client";
import { farm, isSignedOut } from "./farm-client";

export type News = FarmEvent | Reset;
type Told = (news: News) => void;

/** `signedOut`: the farm wants the token. `away`: no master answers since then, ms. `paused`: the page is not looked at. */
export type Hearing = { state: "starting" | "live" | "away" | "paused" | "signedOut"; since: number };

/** After a master refused to tell what happens, it is asked again, ms. */
const refusedMs = 5000;

class Live {
  hearing: Hearing = { state: "starting", since: Date.now() };
  private readonly told = new Set<Told>();
  private readonly watching = new Set<() => void>();
  private listening: AbortController | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private last: string | undefined;

  /** Begins to listen, and to follow whether anybody looks. Returns what ends it. */
  start(): () => void {
    const look = () => (document.visibilityState === "hidden" ? this.pause() : this.listen());
    document.addEventListener("visibilitychange", look);
    look();
    return () => {
      document.removeEventListener("visibilitychange", look);
      this.pause();
    };
  }

  /** Calls back with what happens. Returns what ends it. */
  follow(tell: Told): () => void {
    this.told.add(tell);
    return () => void this.told.delete(tell);
  }

  /** Calls back when it is another state. Returns what ends it. */
  watch(changed: () => void): () => void {
    this.watching.add(changed);
    return () => void this.watching.delete(changed);
  }

  private async listen(): Promise<void> {
    if (this.listening) return;
    const listening = new AbortController();
    this.listening = listening;
    try {
      const news = farm.events({
        ...(this.last !== undefined && { after: this.last }),
        signal: listening.signal,
        heard: (there) => {
          if (listening.signal.aborted) return;
          const begins = there && this.hearing.state !== "live";
          this.be(there ? "live" : "away");
          // What was read before may be older than the first event, and what no event tells, such as loads, is older than it seems.
          if (begins) this.tell({ type: "reset" });
        },
      });
      for await (const one of news) {
        if (one.type !== "reset") this.last = one.id;
        else this.last = undefined;
        this.tell(one);
      }
    } catch (error) {
      if (!listening.signal.aborted) {
        this.be(isSignedOut(error) ? "signedOut" : "away");
        // A refusal may pass as well.
        if (!isSignedOut(error)) this.retry = setTimeout(() => void this.listen(), refusedMs);
      }
    } finally {
      if (this.listening === listening) this.listening = undefined;
    }
  }

  private pause(): void {
    clearTimeout(this.retry);
    this.listening?.abort();
    this.listening = undefined;
    this.be("paused");
  }

  private be(state: Hearing["state"]): void {
    if (this.hearing.state === state) return;
    this.hearing = { state, since: Date.now() };
    for (const changed of [...this.watching]) changed();
  }

  /** The page itself changed something of a job: of most settings the farm tells nobody. */
  changed(job: number): void {
    this.tell({ id: "", at: "", type: "job.changed", job, slave: null, data: {} });
  }

  private tell(news: News): void {
    for (const tell of [...this.told]) tell(news);
  }
}

export const live = new Live();

/** Whether the page hears what happens, as it changes. */
export function useHearing(): Hearing {
  const [, changed] = useReducer((times: number) => times + 1, 0);
  useEffect(() => live.watch(() => changed(undefined)), []);
  return live.hearing;
}
