// What all masters of one database share.
import type { Queue } from "./open";

/** The farm's token: the first master that asks brings it, all others get the same. */
export async function agreeOnToken(queue: Queue, suggestion: string): Promise<string> {
  await queue.sql`insert into farm (id, token) values (1, ${suggestion}) on conflict do nothing`;
  const [row] = await queue.sql`select token from farm where id = 1`;
  return row!.token as string;
}
