// Being told to stop.

/** Calls `told` for every signal that asks this process to stop: Ctrl-C, TERM, or its terminal going away. */
export function onSignals(told: (signal: NodeJS.Signals) => void): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => told(signal));
}

/** The first such signal. */
export function whenTold(): Promise<NodeJS.Signals> {
  return new Promise(onSignals);
}
