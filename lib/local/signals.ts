// Being told to stop.

/** The signal that asks this process to stop, when it comes: Ctrl-C, TERM, or its terminal going away. */
export function whenTold(): Promise<NodeJS.Signals> {
  return new Promise((told) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => told(signal));
  });
}
