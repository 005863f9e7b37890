// What went wrong with a request, in words.
import type { Problem } from "../wire";
import type { Deadline } from "./deadline";
import { ClientError } from "./error";
import type { Address } from "./target";

/** The error for an answer that is a refusal. */
export async function problemOf(response: Response, address: Address): Promise<ClientError> {
  const problem = (await response.json().catch(() => undefined)) as Partial<Problem> | undefined;
  const { status } = response;
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const detail = typeof problem?.detail === "string" ? problem.detail : undefined;
  return new ClientError(detail ?? `${address.shown} answers ${status} ${response.statusText}`.trimEnd(), status, {
    ...(detail !== undefined && { detail }),
    ...(Number.isFinite(seconds) && { retryAfter: seconds }),
  });
}

/** What to think of a request that was on its way. */
export function doubtful(failed: readonly string[]): ClientError {
  const words = "it may have been done all the same, so look before you repeat it";
  return new ClientError(`cannot reach ${failed.at(-1)}: ${words}`, undefined, { mayBeDone: true });
}

const notSent =
  /^(ConnectionRefused|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

/** Bun has the code on the error itself, Node on its cause; browsers tell nothing. */
function codeOf(error: unknown): string | undefined {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  const found = typeof code === "string" ? code : cause?.code;
  return typeof found === "string" ? found : undefined;
}

/** Whether the connection could not be made at all. */
export function wasNotSent(error: unknown): boolean {
  return notSent.test(codeOf(error) ?? "");
}

/** In a few words why there was no answer. */
export function reason(error: unknown, deadline: Deadline): string {
  if (deadline.passed) return "no answer in time";
  if (/^(ConnectionRefused|ECONNREFUSED)$/.test(codeOf(error) ?? "")) return "nothing listens there";
  const { message, cause } = error as { message: string; cause?: { message?: string } };
  // Bun adds advice for programmers behind the first sentence; Node says what happened in the cause.
  return (cause?.message || message).replace(/\. For more information.*/s, "");
}
