// Sends mail through the SMTP server of the studio.
import { createTransport } from "nodemailer";
import { PlainError } from "../../local/program";
import type { Told } from "../../notices";
import { NotDelivered } from "./webhook";
import { htmlOf, oneLine, subjectOf, textOf } from "./words";

/** How mail is sent. `send` throws a NotDelivered. */
export type Mailer = { send(to: string, told: Told, delivery: string): Promise<void>; close(): void };

const setUp =
  "DRQUEUE_SMTP=smtps://user:password@host:465 (or smtp://host:587) and DRQUEUE_MAIL_FROM=drqueue@studio.example";

/** What to do about mail on a master that sends none. */
export const noMail = `this master sends no mail: start it with ${setUp}`;

const address = /^[^\s@<>()[\],;:"\\\p{C}]+@[^\s@<>()[\],;:"\\\p{C}]+$/u;

/**
 * A mailer for the address of a server as `smtps://user:password@host:465`, or `smtp://host:587`, which asks for TLS first; undefined when
 * none is set. `ca`: certificates to trust beside the usual ones. Throws a PlainError for what does not read; it never shows the password.
 */
export function openMailer(
  server: string | undefined,
  from: string | undefined,
  { deadlineMs = 20_000, ca }: { deadlineMs?: number; ca?: string } = {},
): Mailer | undefined {
  if (!server) return undefined;
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === "" || /^\/./.test(url.pathname) || url.search !== "")
    throw new PlainError(
      "DRQUEUE_SMTP is not the address of a mail server: write smtps://user:password@host:465 or smtp://host:587",
    );
  if (!from) throw new PlainError("DRQUEUE_MAIL_FROM is missing: name the sender of mail, as drqueue@studio.example");
  if (!address.test(from))
    throw new PlainError("DRQUEUE_MAIL_FROM is not a mail address: write drqueue@studio.example");
  const secure = url.protocol === "smtps:";
  const login = url.username === "" ? undefined : { user: decoded(url.username), pass: decoded(url.password) };
  const transport = createTransport({
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
    secure,
    ...(login && { auth: login }),
    // A password is sent through TLS to a server that proves who it is. Without one, TLS of any kind is better than none.
    requireTLS: login !== undefined,
    tls: { rejectUnauthorized: secure || login !== undefined, ...(ca !== undefined && { ca }) },
    connectionTimeout: deadlineMs / 2,
    greetingTimeout: deadlineMs / 2,
    dnsTimeout: deadlineMs / 2,
    socketTimeout: deadlineMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(to, told, delivery) {
      const sending = transport.sendMail({
        from: { name: "DrQueue", address: from },
        to: { name: "", address: to.replace(/^mailto:/, "") },
        subject: subjectOf(told),
        text: `${textOf(told)}\n`,
        html: htmlOf(told),
        // The same when a message is repeated: mail programs show it once.
        messageId: `<drqueue.${delivery}@${from.split("@")[1]}>`,
        headers: { "x-drqueue-delivery": delivery, "auto-submitted": "auto-generated" },
      });
      let timer: Timer | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs / 1000} s`)), deadlineMs);
      });
      try {
        // Its own deadlines are for each step.
        await Promise.race([sending, late]);
      } catch (error) {
        sending.catch(() => {});
        throw new NotDelivered(`mail through ${url.host}: ${whyOf(error as Error & { code?: string })}`);
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => transport.close(),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new PlainError("DRQUEUE_SMTP: write % in user or password as %25");
  }
}

function whyOf({ code, message }: Error & { code?: string }): string {
  if (code === "EAUTH") return "the server does not accept user and password";
  if (code === "ECONNREFUSED" || /ECONNREFUSED/.test(message)) return "nothing listens there";
  return oneLine(message, 200);
}
