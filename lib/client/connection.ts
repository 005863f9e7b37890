// Requests to the masters of a farm: which of them is asked, how long, and what becomes of errors.
import { saysItKnows } from "../releases";
import { Deadline } from "./deadline";
import { ClientError } from "./error";
import { doubtful, problemOf, reason, wasNotSent } from "./failure";
import { pause } from "./pause";
import { type Address, addressesOf, type Target } from "./target";

/** How long a request may take when nothing else is said, ms. */
const usualTimeoutMs = 20_000;

/** So often a master that is busy is asked. */
const mostTries = 4;

/** A master that answered so short a time ago is not asked first whether it is there, ms. */
const freshMs = 2000;

/** After an answer was lost it is asked again so often what became of the request, where masters can tell, ms. */
const againMs = 500;

/**
 * `headers` beside those that every request has. `key`: by it masters know a request that was carried out already, so that it may be
 * repeated. `once`: only the master whose turn it is; the caller asks again, of the next, if it fails.
 */
export type Asked = {
  method: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  key?: string;
  once?: boolean;
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
};

/**
 * What became of a request with a key so far. `open`: a master that knows keys may have carried it out. `sealed`: one that does not may
 * have, and it is not to be repeated by anybody.
 */
type Fate = { open: boolean; sealed: boolean };

type Read<T> = (response: Response, address: Address) => Promise<T>;

export class Connection {
  private readonly addresses: Address[];
  private readonly token: string;
  private readonly timeoutMs: number;
  /** The master that answered last, else the one to try next, and when it answered. */
  private current = 0;
  private heardAt = Number.NEGATIVE_INFINITY;
  /** Masters that know keys, as they said last: those of release 0.1 do not, and carry out twice what is sent twice. */
  private readonly knowKeys = new Set<number>();

  constructor(target: Target) {
    this.addresses = addressesOf(target);
    this.token = target.token;
    this.timeoutMs = target.timeoutMs ?? usualTimeoutMs;
  }

  /** A request whose answer is JSON, or nothing. */
  json<T>(asked: Asked): Promise<T> {
    return this.ask(asked, async (response, address) => {
      // What is done without a word, as a deletion, has no body.
      if (response.status === 204) return undefined as T;
      try {
        return (await response.json()) as T;
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        throw new ClientError(`what answers at ${address.shown} is no DrQueue`, response.status);
      }
    });
  }

  /** A request whose answer is read piece by piece: the deadline is for its beginning. */
  stream(asked: Asked): Promise<Response> {
    return this.ask(asked, async (response) => response);
  }

  /**
   * Asks, and asks again: a few times when masters say that they are busy and when to come back, and with a key until somebody tells what
   * became of a request whose answer was lost.
   */
  private async ask<T>(asked: Asked, read: Read<T>): Promise<T> {
    const end = performance.now() + (asked.timeoutMs ?? this.timeoutMs);
    const keyed = asked.key !== undefined;
    const fate: Fate = { open: false, sealed: false };
    let doubt: ClientError | undefined;
    for (let tries = 1; ; tries++) {
      try {
        return await this.askEach(asked, read, end, fate);
      } catch (error) {
        if (asked.once || fate.sealed || !(error instanceof ClientError)) throw error;
        if (keyed && error.mayBeDone) doubt = error;
        if (doubt && error.mayPass) {
          if (performance.now() + againMs > end) throw doubt;
          await pause(againMs, asked.signal);
          asked.signal?.throwIfAborted();
          continue;
        }
        if (tries === mostTries) throw error;
        const { status, retryAfter } = error;
        // Of a 503 it is not known how far it came.
        const undone = status === 429 || (status === 503 && (keyed || isRepeatable(asked)));
        // Many that were sent away should not all return in the same moment.
        const waitMs = (retryAfter ?? Number.NaN) * 1000 * (0.75 + Math.random() / 2);
        if (!undone || !(performance.now() + waitMs < end)) throw error;
        await pause(waitMs, asked.signal);
        asked.signal?.throwIfAborted();
      }
    }
  }

  /** Asks one master after the other. */
  private async askEach<T>(asked: Asked, read: Read<T>, end: number, fate: Fate): Promise<T> {
    const { signal } = asked;
    const keyed = asked.key !== undefined;
    const failed: string[] = [];
    let lost = false;
    let refused: ClientError | undefined;
    const first = this.current;
    const count = asked.once ? 1 : this.addresses.length;
    for (let tried = 0; tried < count; tried++) {
      const at = (first + tried) % this.addresses.length;
      const address = this.addresses[at]!;
      const share = (end - performance.now()) / (count - tried);
      // What may not be repeated goes only to a master that is there: so a lost one cannot take it along.
      const looks = keyed || (count > 1 && !isRepeatable(asked));
      if (looks && !(this.isFresh(at) && (!keyed || this.knowKeys.has(at)))) {
        const away = await this.awayFrom(at, share / 2, signal);
        if (away !== undefined) {
          failed.push(`${address.shown} (${away})`);
          this.moveOn(at);
          continue;
        }
      }
      const repeatable = keyed ? this.knowKeys.has(at) : isRepeatable(asked);
      if (fate.open && !repeatable) {
        failed.push(`${address.shown} (of an earlier release, which might do it twice)`);
        continue;
      }
      const deadline = new Deadline(repeatable ? share : end - performance.now(), signal);
      try {
        const response = await this.fetch(address, asked, deadline);
        if (response.ok) {
          const answer = await read(response, address);
          this.heardFrom(at);
          return answer;
        }
        refused = await problemOf(response, address);
        // A slave that one master refuses, being of another release, may be what the next one understands.
        if (response.status !== 503 && !asked.once) this.heardFrom(at);
        else {
          this.moveOn(at);
          if (repeatable) continue;
          fate.sealed = true;
        }
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof ClientError) throw error;
        this.moveOn(at);
        failed.push(`${address.shown} (${reason(error, deadline)})`);
        if (keyed && repeatable && !wasNotSent(error)) lost = fate.open = true;
        if (repeatable || wasNotSent(error)) continue;
        if (asked.once) break;
        fate.sealed = true;
        throw doubtful(failed);
      } finally {
        deadline.over();
      }
      throw refused;
    }
    if (lost) throw doubtful(failed);
    throw refused ?? new ClientError(`cannot reach ${failed.join(", ")}`);
  }

  private fetch(address: Address, { method, path, body, headers, key }: Asked, deadline: Deadline): Promise<Response> {
    return fetch(address.base + path, {
      method,
      headers: {
        // In a browser that is signed in, a cookie stands for it.
        ...(this.token !== "" && { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: deadline.signal,
    });
  }

  /** Why a master does not answer; undefined when it does. What it says of itself is remembered. */
  private async awayFrom(at: number, ms: number, signal?: AbortSignal): Promise<string | undefined> {
    const deadline = new Deadline(ms, signal);
    try {
      const response = await this.fetch(this.addresses[at]!, { method: "GET", path: "/health" }, deadline);
      const health: unknown = await response.json().catch(() => undefined);
      if (saysItKnows(health, "idempotency-key")) this.knowKeys.add(at);
      else this.knowKeys.delete(at);
      return response.ok ? undefined : `${response.status} ${response.statusText}`;
    } catch (error) {
      signal?.throwIfAborted();
      return reason(error, deadline);
    } finally {
      deadline.over();
    }
  }

  private isFresh(at: number): boolean {
    return at === this.current && performance.now() - this.heardAt < freshMs;
  }

  private heardFrom(at: number): void {
    this.current = at;
    this.heardAt = performance.now();
  }

  /** The next request begins with the next master. Another request may have found one meanwhile. */
  private moveOn(at: number): void {
    if (this.current !== at) return;
    this.current = (at + 1) % this.addresses.length;
    this.heardAt = Number.NEGATIVE_INFINITY;
  }
}

/** Whether it does no more when it is carried out twice. */
function isRepeatable({ method }: Asked): boolean {
  return method === "GET" || method === "PUT";
}
