// A real mail server on loopback that keeps what it is sent.
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { until } from "../../farm";
import { certificate, key } from "./certificate";

export type Mail = { from: string; to: string[]; raw: string; secure: boolean; user: string | undefined };

export class MailServer implements AsyncDisposable {
  readonly got: Mail[] = [];
  port = 0;
  private constructor(private readonly server: SMTPServer) {}

  /** Starts one that wants this user and password, unless told otherwise. */
  static async start(more: SMTPServerOptions = {}): Promise<MailServer> {
    const server = new SMTPServer({
      key,
      cert: certificate,
      logger: false,
      onAuth: ({ username, password }, _session, done) =>
        username === "render" && password === "p@ss:word" ? done(null, { user: username }) : done(new Error("no")),
      onData: async (stream, session, done) => {
        const raw = await new Response(stream as unknown as ReadableStream).text();
        const { mailFrom, rcptTo } = session.envelope;
        mails.got.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw,
          secure: session.secure,
          user: session.user as string | undefined,
        });
        done();
      },
      ...more,
    });
    const mails = new MailServer(server);
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", resolve);
    await promise;
    mails.port = (server.server.address() as { port: number }).port;
    return mails;
  }

  /** Waits until so many mails have come to this address. */
  mails(count: number, to: string): Promise<Mail[]> {
    return until(async () => {
      const found = this.got.filter((mail) => mail.to.includes(to));
      return found.length >= count ? found : undefined;
    }, `${count} mails to ${to}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.server.close(() => resolve());
    await promise;
  }
}

/** Headers of a mail by name, unfolded, and the text of its plain part. */
export function read(raw: string): { header(name: string): string[]; text: string; html: string } {
  const [head = ""] = raw.split("\r\n\r\n", 1);
  const headers = head.replace(/\r\n[ \t]+/g, " ").split("\r\n");
  const part = (type: string) => {
    const found = raw.split(`Content-Type: ${type}`)[1] ?? "";
    const [partHead = ""] = found.split("\r\n\r\n", 1);
    const body = found.slice(partHead.length + 4).split("\r\n--")[0] ?? "";
    if (/quoted-printable/i.test(partHead))
      return body
        .replace(/=\r\n/g, "")
        .replace(/(=[0-9A-F]{2})+/g, (hex) => Buffer.from(hex.replaceAll("=", ""), "hex").toString());
    return /base64/i.test(partHead) ? Buffer.from(body, "base64").toString() : body;
  };
  return {
    header: (name) =>
      headers
        .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}: `))
        .map((line) => line.slice(name.length + 2)),
    text: part("text/plain"),
    html: part("text/html"),
  };
}
