/** A request that was refused, or did not get through. */
export class ClientError extends Error {
  /** What is wrong in the master's own words, if it said so. */
  readonly detail: string | undefined;
  /** Seconds after which the master wants to be asked again, if it said so. */
  readonly retryAfter: number | undefined;
  /** Whether it was on its way, and may have been carried out though its answer was lost. */
  readonly mayBeDone: boolean;

  /** `status` is HTTP's; undefined when there was no answer. */
  constructor(
    message: string,
    readonly status?: number,
    more: { detail?: string; retryAfter?: number; mayBeDone?: boolean } = {},
  ) {
    super(message);
    this.name = "ClientError";
    this.detail = more.detail;
    this.retryAfter = more.retryAfter;
    this.mayBeDone = more.mayBeDone ?? false;
  }

  /** Whether the same request may succeed in a while: nobody was there, they were busy, or the database was away. */
  get mayPass(): boolean {
    return this.status === undefined || [429, 502, 503, 504].includes(this.status);
  }
}
