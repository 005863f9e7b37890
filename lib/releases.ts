// Which releases work together: a master understands slaves of the release before, and says to all others what is to be upgraded.

/** The version of the sync that each release was the first to speak. A sync that only has new optional fields keeps its version. */
const firstToSpeak: Readonly<Record<number, string>> = { 2: "0.1" };

/** The versions of the sync that a master understands, and its own release. */
export type Understood = { oldest: number; newest: number; software: string };

/** A slave as it introduces itself. */
export type Speaker = { name: string; version: number; software: string };

/** Why a master cannot understand this slave, and what to upgrade, in one line; undefined when it understands it. */
export function misfit({ name, version, software }: Speaker, master: Understood): string | undefined {
  const speaks = `slave ${name} is of release ${software} and speaks version ${version} of the protocol`;
  const { oldest, newest } = master;
  if (version < oldest) {
    const first = firstToSpeak[oldest] ?? master.software;
    return `${speaks}; this master (${master.software}) needs ${oldest} or newer: upgrade the slave to DrQueue ${first} or newer`;
  }
  if (version > newest)
    return `${speaks}; this master (${master.software}) understands at most ${newest}: upgrade the master first, then the slaves`;
  return undefined;
}

/** What a master says at /health of things that clients may count on, and that masters of the release before do not have. */
export const knownThings = ["idempotency-key"] as const;
export type KnownThing = (typeof knownThings)[number];

/** Whether this, the JSON of an answer of /health, says so. */
export function saysItKnows(health: unknown, thing: KnownThing): boolean {
  const { knows } = (health ?? {}) as { knows?: unknown };
  return Array.isArray(knows) && knows.includes(thing);
}
