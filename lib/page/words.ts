// Numbers and times as people read them. No clock in here: what depends on now is given it.

/** Seconds as `4.2 s`, `3 min`, `2 h 5 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** A whole number with its thousands apart: `1,234,567`. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 job`, `25 jobs`. */
export function counted(count: number, what: string, several = `${what}s`): string {
  return `${grouped(count)} ${count === 1 ? what : several}`;
}

/** How long ago a time is: `3 min ago`. */
export function ago(time: string, now: number): string {
  return `${duration(Math.max(0, now - Date.parse(time)) / 1000)} ago`;
}

/** MB as `800 MB`, `12 GB`. */
export function memory(mb: number): string {
  return mb < 1024 ? `${mb} MB` : `${(mb / 1024).toFixed(mb < 10_240 ? 1 : 0)} GB`;
}

/** Bytes as `812 B`, `64 KB`, `4.7 GB`. */
export function bytes(count: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const unit = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log2(count) / 10));
  const amount = count / 1024 ** unit;
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`;
}
