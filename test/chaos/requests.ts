// Tells the requests apart that follow each other on a connection.

/** More than any request here has, bytes. */
const most = 1024 * 1024;
const headEnd = Buffer.from("\r\n\r\n");

/** Requests that may be sent twice: a slave's, and those that say by a key that they are the same. */
const repeatable = /^POST \/sync |^idempotency-key:/im;

/** Gathers bytes, and gives each whole request that may be repeated to `whole`. Bodies must have a length. */
export class Requests {
  private bytes = Buffer.alloc(0);

  constructor(private readonly whole: (bytes: Buffer) => void) {}

  add(more: Buffer): void {
    this.bytes = Buffer.concat([this.bytes, more]);
    for (;;) {
      const end = this.bytes.indexOf(headEnd);
      if (end < 0) break;
      const head = this.bytes.toString("latin1", 0, end);
      const length = end + headEnd.length + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      if (this.bytes.length < length) break;
      if (repeatable.test(head)) this.whole(Buffer.from(this.bytes.subarray(0, length)));
      this.bytes = this.bytes.subarray(length);
    }
    if (this.bytes.length > most) this.bytes = Buffer.alloc(0);
  }
}
