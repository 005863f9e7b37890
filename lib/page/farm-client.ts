// The farm as the page reaches it: the master that served it, where a cookie says who asks.
import { Client, ClientError } from "../client";

export const farm = new Client({ masters: [location.origin], token: "" });

/** Whether the farm does not know this browser, or not any more. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ClientError && error.status === 401;
}

/** What went wrong, in a line for people. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
