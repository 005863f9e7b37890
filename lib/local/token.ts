// The farm's token: whoever has it may do everything. It lies in the data folder, readable by its owner only.
import { randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A new token: 192 random bits as 32 letters, digits, '-' and '_'. */
export function newToken(): string {
  return randomBytes(24).toString("base64url");
}

/**
 * The token that DRQUEUE_TOKEN or the data folder holds; undefined when neither does.
 * Throws when there is a file that this user may not read.
 */
export function findToken(folder: string): string | undefined {
  if (process.env.DRQUEUE_TOKEN) return process.env.DRQUEUE_TOKEN;
  const file = join(folder, "token");
  if (!existsSync(file)) return undefined;
  try {
    return readFileSync(file, "utf8").trim() || undefined;
  } catch {
    throw new Error(
      `may not read the farm's token in ${file}: set DRQUEUE_TOKEN, or run this as the user who runs the master`,
    );
  }
}

/** Keeps the token in the data folder for this user's clients and slaves. */
export function keepToken(folder: string, token: string): void {
  const file = join(folder, "token");
  writeFileSync(`${file}.new`, `${token}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Compares without telling by its time how much was right. */
export function sameToken(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
