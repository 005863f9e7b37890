// Keys by which masters know a submission that is sent again.

/** A key that nobody else has. Not by crypto.randomUUID, which browsers have on pages with https only. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
