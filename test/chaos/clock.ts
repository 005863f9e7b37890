// Loaded into a slave before its own code: its clock is wrong by as many ms as a file says, from one moment to the next.
import { readFileSync } from "node:fs";

const file = process.env.CHAOS_CLOCK;
if (file) {
  const Right = Date;
  let off = 0;
  const look = () => {
    try {
      off = Number(readFileSync(file, "utf8")) || 0;
    } catch {
      off = 0;
    }
  };
  look();
  setInterval(look, 100).unref();
  const now = () => Right.now() + off;
  globalThis.Date = new Proxy(Right, {
    apply: () => new Right(now()).toString(),
    construct: (_, given: [], target) => Reflect.construct(Right, given.length === 0 ? [now()] : given, target),
    get: (_, name) => (name === "now" ? now : Reflect.get(Right, name)),
  });
}
