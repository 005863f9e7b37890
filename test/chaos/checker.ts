// The checker: what must be true of a farm after whatever happened to it. It knows the tables and the ledger, and uses nothing of the
// program itself.
import { checkDependencies, checkLimits } from "./check-order";
import { checkActs, checkEnded, checkSubmissions } from "./check-people";
import { checkFinishes, checkLedger, checkOverlaps, checkSets } from "./check-runs";
import type { Evidence } from "./evidence";
import { putInOrder } from "./known";

const checks = [
  checkSets,
  checkFinishes,
  checkLedger,
  checkOverlaps,
  checkDependencies,
  checkLimits,
  checkSubmissions,
  checkActs,
  checkEnded,
];

/** Everything that is wrong, a line each; nothing when all is well. */
export function check(evidence: Evidence): string[] {
  const known = putInOrder(evidence);
  return checks.flatMap((one) => one(known));
}
