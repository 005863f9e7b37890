// Where masters are, for clients and slaves: DRQUEUE_MASTER, else the master of this machine, else localhost.
import { join } from "node:path";
import { Client } from "../client";
import { ports } from "../ports";
import { readLock } from "./lock";
import { PlainError } from "./program";
import { findToken } from "./token";

export type Address = { host: string; port: number };

/** Reads addresses with commas between. Throws a PlainError. */
export function parseAddresses(text: string): Address[] {
  return text.split(",").map(parseAddress);
}

/** Reads `host`, `host:port` or `[v6]:port`. Throws a PlainError. */
export function parseAddress(text: string): Address {
  const [, v6, host, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s/[\]]+))(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const port = digits === undefined ? ports.master : Number(digits);
  if (!(v6 ?? host) || port < 1 || port > 65535)
    throw new PlainError(
      `'${text}' is not the address of a master: write host or host:port in DRQUEUE_MASTER, several with commas between`,
    );
  return { host: (v6 ?? host)!, port };
}

/** As people write it: without the usual port. */
export function formatAddress({ host, port }: Address): string {
  const shown = host.includes(":") ? `[${host}]` : host;
  return port === ports.master ? shown : `${shown}:${port}`;
}

/** Addresses as DRQUEUE_MASTER has them. */
export function formatAddresses(masters: readonly Address[]): string {
  return masters.map(formatAddress).join(",");
}

/** The masters given, or of DRQUEUE_MASTER, or the one that holds this data folder, or at the usual port of this machine. */
export function findMasters(data: string, given?: string): Address[] {
  const named = given ?? process.env.DRQUEUE_MASTER;
  if (named) return parseAddresses(named);
  const port = readLock(join(data, "master.lock"))?.port;
  return [{ host: "127.0.0.1", port: typeof port === "number" ? port : ports.master }];
}

/** The address of the page that a master serves, which signs in by itself: no server sees what stands behind the #. */
export function pageLink({ host, port }: Address, token: string): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}/#token=${encodeURIComponent(token)}`;
}

/** The token for it. Throws a PlainError that says where tokens are found. */
export function tokenFor(data: string): string {
  const token = findToken(data);
  if (token) return token;
  throw new PlainError(
    `no token for the farm: set DRQUEUE_TOKEN to the text of the file 'token' in the master's data folder (looked in ${data})`,
  );
}

/** A client of the masters, for a person or a program on this machine. */
export function clientOf(data: string, given?: string): Client {
  return new Client({ masters: findMasters(data, given), token: tokenFor(data) });
}
