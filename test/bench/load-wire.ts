// HTTP/1.1 by hand over kept-alive sockets: ten thousand requests under way cost the generator little.

export type Answer = { status: number; headers: string; body: string };
type Asked = { done: (answer: Answer) => void; failed: (error: Error) => void };

const decoder = new TextDecoder();

/** Connections to one port. One that is free is used again; as many are opened as requests are under way. */
export class Wires {
  readonly free: Wire[] = [];
  opened = 0;

  constructor(
    private readonly port: number,
    private readonly token: string,
  ) {}

  /** Asks, on a connection that is free or a new one. */
  async ask(method: string, path: string, body = ""): Promise<Answer> {
    const wire = this.free.pop() ?? (await this.open());
    const answer = await wire.ask(
      `${method} ${path} HTTP/1.1\r\nHost: drqueue\r\nAuthorization: Bearer ${this.token}\r\n${
        body === "" ? "" : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`
      }\r\n${body}`,
    );
    this.free.push(wire);
    return answer;
  }

  /** A connection on which nothing is asked yet. */
  async open(): Promise<Wire> {
    this.opened++;
    const wire = new Wire();
    await Bun.connect({
      hostname: "127.0.0.1",
      port: this.port,
      socket: {
        open: (socket) => wire.opened(socket),
        data: (_, piece) => wire.heard(piece),
        drain: () => wire.drained(),
        close: () => wire.over(new Error("the connection was closed")),
        error: (_, error) => wire.over(error),
      },
    });
    return wire;
  }
}

export class Wire {
  private socket: Bun.Socket | undefined;
  private asked: Asked | undefined;
  private got: Uint8Array = new Uint8Array(0);
  private unsent: Uint8Array = new Uint8Array(0);

  opened(socket: Bun.Socket): void {
    this.socket = socket;
  }

  ask(request: string): Promise<Answer> {
    return new Promise((done, failed) => {
      this.asked = { done, failed };
      this.say(request);
    });
  }

  /** Sends something, whatever comes of it. */
  say(words: string): void {
    this.unsent = new TextEncoder().encode(words);
    this.drained();
  }

  drained(): void {
    const written = this.socket?.write(this.unsent) ?? 0;
    if (written < 0) this.over(new Error("the connection was closed"));
    else this.unsent = this.unsent.subarray(written);
  }

  heard(piece: Uint8Array): void {
    this.got = this.got.length === 0 ? piece.slice() : Buffer.concat([this.got, piece]);
    const end = Buffer.from(this.got.buffer, this.got.byteOffset, this.got.byteLength).indexOf("\r\n\r\n");
    if (end < 0) return;
    const headers = decoder.decode(this.got.subarray(0, end));
    const length = Number(/^content-length: (\d+)/im.exec(headers)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) this.over(new Error(`an answer without a length: ${headers}`));
    if (Number.isNaN(length) || this.got.length < end + 4 + length) return;
    const body = decoder.decode(this.got.subarray(end + 4, end + 4 + length));
    this.got = new Uint8Array(0);
    const asked = this.asked;
    this.asked = undefined;
    asked?.done({ status: Number(headers.slice(9, 12)), headers, body });
  }

  over(error: Error): void {
    this.asked?.failed(error);
    this.asked = undefined;
  }
}
