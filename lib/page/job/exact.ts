// Seconds of tasks as people compare them: more exactly than how long ago something was.

/** `0.42 s`, `12.5 s`, `2:05 min`, `1:02:05 h`. */
export function exact(seconds: number): string {
  if (seconds < 99.95) return `${Number(seconds.toFixed(seconds < 10 ? 2 : 1))} s`;
  const whole = Math.round(seconds);
  const two = (part: number) => `${part}`.padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)} min`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)} h`;
}
