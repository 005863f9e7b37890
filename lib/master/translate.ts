// Errors of the queue as HTTP says them.
import { HttpError } from "../local/guard";
import { Refusal } from "../queue/refusal";

const statuses = { unknown: 404, invalid: 400, conflict: 409 } as const;

/** The HTTP error for an error of the queue; undefined when it is a fault of ours. */
export function translate(error: Error): HttpError | undefined {
  if (error instanceof Refusal) return new HttpError(statuses[error.kind], error.message);
  if (isAway(error))
    return new HttpError(503, "the database is away: the master waits for it; try again", { "retry-after": "2" });
  return undefined;
}

/** Whether the error says that the database cannot be reached now: connections that break, a server that starts or stops. */
export function isAway(error: Error): boolean {
  const { code } = (error.cause ?? error) as { code?: string };
  if (code === undefined) return false;
  return /^(CONNECTION_|CONNECT_TIMEOUT|ECONN|ENOENT|EPIPE|ETIMEDOUT|08|57P0)/.test(code);
}
