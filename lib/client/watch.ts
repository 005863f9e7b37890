// A job until it has ended: told by events, and looked at now and then in case none comes.
import type { JobDetail } from "../protocol";
import { hasEnded } from "../states";
import type { Connection } from "./connection";
import { ClientError } from "./error";
import { followEvents } from "./events";
import { pause } from "./pause";

/** How often to look though no event came, and when there are no events to be had, ms. */
const lookMs = { listening: 5000, alone: 1000 } as const;

/** Masters that are away are waited for so long, ms. */
const patienceMs = 60_000;

/** The job each time that it has changed, the last time when it has ended. Throws a ClientError when it is deleted or no master returns. */
export async function* watchJob(
  connection: Connection,
  id: number,
  signal?: AbortSignal,
): AsyncGenerator<JobDetail, void> {
  const left = new AbortController();
  const over = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
  const news = new News(connection, id, over);
  let shown: string | undefined;
  let heardAt = performance.now();
  try {
    while (!over.aborted) {
      news.clear();
      try {
        const job = await connection.json<JobDetail>({ method: "GET", path: `/jobs/${id}`, signal: over });
        heardAt = performance.now();
        const text = JSON.stringify(job);
        if (text !== shown) yield job;
        shown = text;
        if (hasEnded(job.state)) return;
      } catch (error) {
        if (over.aborted) return;
        const mayPass = error instanceof ClientError && error.mayPass && shown !== undefined;
        if (!mayPass || performance.now() - heardAt > patienceMs) throw error;
        await pause(lookMs.alone, over);
        continue;
      }
      await news.come();
    }
  } finally {
    left.abort();
  }
}

/** Whether something happened to a job. */
class News {
  private some = new AbortController();
  private listening = true;

  constructor(
    connection: Connection,
    job: number,
    private readonly over: AbortSignal,
  ) {
    void this.listen(connection, job);
  }

  clear(): void {
    this.some = new AbortController();
  }

  /** Waits for news, but not for ever. */
  async come(): Promise<void> {
    const either = AbortSignal.any([this.some.signal, this.over]);
    await pause(this.listening ? lookMs.listening : lookMs.alone, either);
  }

  private async listen(connection: Connection, job: number): Promise<void> {
    const tell = () => this.some.abort();
    try {
      // Whatever happened before the connection stood is news as well.
      for await (const _ of followEvents(connection, { job, signal: this.over, heard: tell })) tell();
    } catch {
      // Looking goes on, and says what is wrong.
    } finally {
      this.listening = false;
    }
  }
}
