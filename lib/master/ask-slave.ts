// What a master passes on to a slave: asked at the slave's own port.
import { Client, ClientError } from "../client";
import { HttpError } from "../local/guard";
import type { Slave } from "../settings";

/** `timeoutMs`: how long the slave may take. */
export type AskOptions = { token: string; timeoutMs?: number };

/** Asks a slave. Throws an HttpError: what the slave says, or 502 when it does not answer. */
export async function askSlave<T>(
  { name, state, address, port }: Pick<Slave, "name" | "state" | "address" | "port">,
  { token, timeoutMs }: AskOptions,
  ask: (slave: Client) => Promise<T>,
): Promise<T> {
  try {
    return await ask(new Client({ host: address, port, token, ...(timeoutMs !== undefined && { timeoutMs }) }));
  } catch (error) {
    const status = error instanceof ClientError ? error.status : undefined;
    // Its 401 says nothing of whoever asks the master.
    if (status === 401)
      throw new HttpError(
        502,
        `slave ${name} does not take the token of this farm: start it again with the farm's own`,
      );
    if (status) throw new HttpError(status, (error as Error).message);
    throw new HttpError(
      502,
      `slave ${name} (${state}) does not answer at ${address}:${port}: is it running, and may the master reach that port?`,
    );
  }
}
