/** Waits for something, `ms` at most. Returns whether it came in time; throws what it throws. Leaves no timer behind. */
export async function within(ms: number, done: Promise<unknown>): Promise<boolean> {
  let timer: Timer | undefined;
  const late = new Promise<boolean>((tell) => {
    timer = setTimeout(tell, ms, false);
  });
  try {
    return await Promise.race([done.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
