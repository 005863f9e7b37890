// Where the database is: what DATABASE_URL says, or the socket folder of a server of our own.

/** A server: a URL as DATABASE_URL has it, or the socket folder of a server on this machine. */
export type Place = { url: string } | { socketFolder: string; port: number; database: string; user: string };

/** One address of a server: a host, or a socket. */
export type Address = { host: string; port: number } | { path: string };

/** A place, read. `more`: what the URL says beside it, as the driver takes it (sslmode, application_name, ...). */
export type Server = {
  addresses: [Address, ...Address[]];
  database: string;
  user: string | undefined;
  password: string | undefined;
  more: URLSearchParams;
};

const usualPort = 5432;
const shape = "write postgres://user:password@host:5432/database, or postgres:///database?host=/socket/folder";
const parts =
  /^(?<scheme>[a-z][a-z0-9+.-]*):\/\/(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<hosts>[^/?#]*)(?:\/(?<database>[^?#]*))?(?:\?(?<more>[^#]*))?$/i;

/** Reads where a database is. Throws an Error in one line that names what is wrong, never the password. */
export function serverAt(place: Place): Server {
  if (!("url" in place)) {
    const { socketFolder, port, database, user } = place;
    return {
      addresses: [socketIn(socketFolder, port)],
      database,
      user,
      password: undefined,
      more: new URLSearchParams(),
    };
  }
  const found = parts.exec(place.url.trim())?.groups;
  if (!found) throw new Error(`DATABASE_URL is not a URL: ${shape}`);
  const { scheme, user, password, hosts, database } = found;
  // Nothing of what may be a part of the password is shown.
  if (`${hosts}${database}${user === undefined ? found.more : ""}`.includes("@"))
    throw new Error("DATABASE_URL has a '/', '?' or '@' in user or password: write %2F, %3F, %40 for them");
  if (!/^postgres(ql)?$/i.test(scheme!))
    throw new Error(`DATABASE_URL begins with '${scheme}://', which is not Postgres: ${shape}`);
  const more = new URLSearchParams(found.more ?? "");
  const take = (name: string): string | undefined => {
    const value = more.get(name) ?? undefined;
    more.delete(name);
    return value || undefined;
  };
  const plain = (text: string | undefined) => (text ? decoded(text) : undefined);
  const [hostsThere, portsThere] = [take("host"), take("port")];
  // A master only works with a server that takes changes, and finds out itself which does.
  take("target_session_attrs");
  const name = plain(database) ?? take("dbname");
  if (name === undefined) throw new Error(`DATABASE_URL names no database: ${shape}`);
  return {
    addresses: addresses(hostsThere ?? plain(hosts), portsThere),
    database: name,
    user: plain(user) ?? take("user"),
    password: plain(password) ?? take("password"),
    more,
  };
}

/** A place in words, for errors: without user and password. */
export function described(server: Server): string {
  const where = server.addresses.map((one) => ("path" in one ? one.path : `${one.host}:${one.port}`));
  return `${where.join(",")}/${server.database}`;
}

/** Of `host`, `host:port`, `[::1]:port` and `/socket/folder`, with commas between; the ports may be said apart from them. */
function addresses(hosts = "localhost", ports: string | undefined): Server["addresses"] {
  const portsGiven = ports?.split(",") ?? [];
  const found = hosts.split(",").map((text, at): Address => {
    const own = portsGiven[at] ?? portsGiven[0];
    if (text.startsWith("/")) return socketIn(text, portOf(own));
    const [, host, port] = /^(\[[0-9a-f:.%]+\]|[^:[\]]*)(?::(.*))?$/i.exec(text) ?? [];
    if (host === undefined) throw new Error(`DATABASE_URL has '${text}' for a host: ${shape}`);
    return { host: host.replace(/^\[|\]$/g, "") || "localhost", port: portOf(port || own) };
  });
  return found as Server["addresses"];
}

function portOf(text: string | undefined): number {
  if (text === undefined) return usualPort;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new Error(`DATABASE_URL has '${text}' for a port: ${shape}`);
  return port;
}

function socketIn(folder: string, port: number): Address {
  return { path: `${folder.replace(/\/+$/, "")}/.s.PGSQL.${port}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error(
      "a '%' in DATABASE_URL is not followed by two hexadecimal digits: write %25 for a '%' of user, password or name",
    );
  }
}
