// Errors of the queue as HTTP says them.
import { HttpError } from "../local/guard";
import { codeOf } from "../queue/error-code";
import { Refusal } from "../queue/refusal";

const statuses = { unknown: 404, invalid: 400, conflict: 409 } as const;

/** The HTTP error for an error of the queue; undefined when it is a fault of ours. */
export function translate(error: Error): HttpError | undefined {
  if (error instanceof Refusal) return new HttpError(statuses[error.kind], error.message);
  if (isAway(error))
    return new HttpError(503, "the database is away: the master waits for it; try again", { "retry-after": "2" });
  // Of transactions that are in each other's way Postgres undoes one, here after several tries; nobody waits for a lock longer than 20 s.
  if (/^(40001|40P01|55P03)$/.test(codeOf(error) ?? ""))
    return new HttpError(503, "others change the same jobs at this moment: nothing was changed, try again", {
      "retry-after": "1",
    });
  return undefined;
}

/** Whether the error says that the database cannot be reached now: connections that break, a server that starts or stops. */
export function isAway(error: Error): boolean {
  const code = codeOf(error);
  if (code === undefined) return false;
  return /^(CONNECTION_|CONNECT_TIMEOUT|ECONN|ENOENT|EPIPE|ETIMEDOUT|ERR_SOCKET_|ERR_STREAM_|08|57P0|25P03)/.test(code);
}
