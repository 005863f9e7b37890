// Posts a message to a web hook.
import { createHmac } from "node:crypto";
import { oneLine } from "./words";

/** Why a message did not arrive, in one line; `waitMs`: how long the other side asks to be left alone. */
export class NotDelivered extends Error {
  constructor(
    message: string,
    readonly waitMs = 0,
  ) {
    super(message);
  }
}

const mostAnswer = 2000;
const longestWaitMs = 3_600_000;

/** A web hook: where, and the key of its signature. */
export type Hook = { to: string; secret: string | null };

/** Posts `body` as JSON. `delivery` lets the receiver tell a repeated message. Throws a NotDelivered. */
export async function post({ to, secret }: Hook, body: unknown, delivery: string, deadlineMs: number): Promise<void> {
  const text = JSON.stringify(body);
  const signature = secret === null ? undefined : createHmac("sha256", secret).update(text).digest("hex");
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    const answer = await fetch(to, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "DrQueue",
        "x-drqueue-delivery": delivery,
        ...(signature && { "x-drqueue-signature": `sha256=${signature}` }),
      },
      body: text,
      // Who could answer with a redirect could send us, and what we say, anywhere.
      redirect: "manual",
      signal,
    });
    if (answer.ok) return void answer.body?.cancel().catch(() => {});
    throw await refusal(answer, to);
  } catch (error) {
    if (error instanceof NotDelivered) throw error;
    if (signal.aborted) throw new NotDelivered(`${hostOf(to)} did not answer within ${deadlineMs / 1000} s`);
    throw new NotDelivered(`${hostOf(to)} cannot be reached: ${whyOf(error as Error & { code?: string })}`);
  }
}

async function refusal(answer: Response, to: string): Promise<NotDelivered> {
  if (answer.status >= 300 && answer.status < 400) {
    await answer.body?.cancel().catch(() => {});
    return new NotDelivered(`${hostOf(to)} answered ${answer.status}, a redirect: give the address that it leads to`);
  }
  const said = oneLine(await beginningOf(answer), 200);
  const seconds = Number(answer.headers.get("retry-after") ?? "");
  const waitMs = seconds > 0 ? Math.min(longestWaitMs, Math.ceil(seconds) * 1000) : 0;
  return new NotDelivered(`${hostOf(to)} answered ${answer.status}${said ? `: ${said}` : ""}`, waitMs);
}

/** The first of what it says; it may say it for ever. */
async function beginningOf(answer: Response): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of answer.body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (text.length >= mostAnswer) break;
  }
  return text.slice(0, mostAnswer);
}

/** The rest of the address of a web hook is often a secret: it is not written into logs. */
export function hostOf(to: string): string {
  return new URL(to).host;
}

function whyOf({ code, message }: Error & { code?: string }): string {
  if (code === "ConnectionRefused" || code === "ECONNREFUSED") return "nothing listens there";
  // Bun adds advice for programmers behind the first sentence.
  return oneLine(message.replace(/\. For more information.*/s, ""), 200);
}
