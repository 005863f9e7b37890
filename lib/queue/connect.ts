// Connections to a server: how long is waited for one, and which of its addresses is asked.
import { Socket } from "node:net";
import postgres from "postgres";
import type { Address, Server } from "./place";

/** How the driver is told to connect. */
export type Options = postgres.Options<Record<string, never>>;

/** A server as all connections to it share it: when one of its addresses fails, the next is asked by all. */
export class Route {
  private at = 0;

  constructor(readonly server: Server) {}

  /** The address that is asked now. */
  get address(): Address {
    const { addresses } = this.server;
    return addresses[this.at % addresses.length]!;
  }

  /** An address does not do: the next is asked from now on. Others may have found that out before. */
  avoid(address: Address): void {
    if (address === this.address) this.at++;
  }

  /** Connections to it, made when they are needed. */
  open(options: Options): postgres.Sql {
    const { database, user, password, more } = this.server;
    // Seconds until a lost server is tried again: by default up to 20, and slaves would wait as long after an outage.
    const backoff = (tries: number) => Math.min(1, 0.05 * 2 ** tries);
    const all: Options & { socket: () => Socket } = {
      // Less than what a pulse waits: only the driver takes back a connection that was not made for good.
      connect_timeout: 4,
      backoff,
      onnotice: () => {},
      ...options,
      // Said in full, since PGPORT and PGSSLMODE would fill what is left out; what is dialled is said by `socket`.
      host: "localhost",
      ...this.address,
      ...("path" in this.address && { ssl: false }),
      database,
      ...(user !== undefined && { user }),
      ...(password !== undefined && { pass: password }),
      socket: () => this.socket(),
    };
    return postgres(`postgres://server/?${more}`, all);
  }

  private socket(): Socket {
    const { address } = this;
    const socket = new Socket();
    // The driver listens for errors only once it has got the socket; some come at once.
    setImmediate(() => socket.connect(address));
    // Read by the driver for the name in a certificate.
    if ("host" in address) Object.assign(socket, { host: address.host });
    socket.once("error", () => this.avoid(address));
    // What stands before a server that is gone (a proxy, a container's port) may accept and close at once. To postgres.js 3.4 that is no
    // error: it would dial again in the same moment, without end.
    socket.once("end", () => {
      if (socket.bytesRead === 0)
        socket.destroy(Object.assign(new Error("the server closed the connection at once"), { code: "ECONNRESET" }));
    });
    return socket;
  }
}
