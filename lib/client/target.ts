// Where masters are, as programs say it.
import { ports } from "../ports";

/** A master: host and port, or a text as `farm1`, `farm1:1234` or `https://farm.studio.example`. */
export type Master = { host: string; port: number } | string;

/** One master, or several of the same farm: the one that answered last is asked, and another one when it is gone. */
export type Place = { host: string; port: number } | { masters: readonly Master[] };

/** Where the other side is, and the farm's token; empty in browsers that are signed in by a cookie. `timeoutMs`: how long a request may take in all; 20 s when left out. */
export type Target = Place & { token: string; timeoutMs?: number };

/** Where requests go: `base` is a URL without a slash at its end, `shown` is how people write it. */
export type Address = { base: string; shown: string };

/** The addresses of a target. Throws an Error that shows the one that is none. */
export function addressesOf(place: Place): Address[] {
  const masters = "masters" in place ? place.masters : [place];
  if (masters.length === 0) throw new Error("a client needs the address of a master: masters is empty");
  return masters.map(addressOf);
}

function addressOf(master: Master): Address {
  if (typeof master !== "string") {
    const host = master.host.includes(":") ? `[${master.host}]` : master.host;
    return { base: `http://${host}:${master.port}`, shown: `${master.host}:${master.port}` };
  }
  const text = master.trim();
  const plain = /^(\[[0-9a-f:.]+\]|[^:\s/[\]?#@]+)(?::(\d{1,5}))?$/i.exec(text);
  if (plain) {
    const shown = `${plain[1]}:${plain[2] ?? ports.master}`;
    if (URL.canParse(`http://${shown}`)) return { base: `http://${shown}`, shown };
  } else if (/^https?:\/\/[^\s?#@]+$/i.test(text) && URL.canParse(text)) {
    const base = text.replace(/\/+$/, "");
    return { base, shown: base.replace(/^http:\/\//i, "") };
  }
  throw new Error(`'${master}' is not the address of a master: write host, host:port or http://host:port`);
}
