// A frame's picture from wherever it is: this master's own storage, else the slave that rendered it.
import { Client, ClientError } from "../../client";
import { HttpError } from "../../local/guard";
import { tagOf } from "../../local/picture-answer";
import { largestPicture, openPicture, type Roots } from "../../local/picture-roots";
import { streamOf } from "../../local/tail";
import { formatOf, type PictureFormat, tellingBytes } from "../../pictures";
import type { PicturePlace } from "../../queue/read-picture";

/** A slave that is there answers within this, one that seems to have gone is asked this long, ms. */
const patience = { there: 5000, gone: 1000 } as const;
/** A slave must have told a whole picture within this, ms. */
const wholeMs = 60_000;

/** A picture that is open. `tag`: for a browser, as it is or in this width; another one whenever the file is. */
export type Source = {
  readonly path: string;
  readonly format: PictureFormat;
  tag(width?: number | "whole"): string;
  read(): Promise<Uint8Array<ArrayBuffer>>;
  stream(): ReadableStream<Uint8Array>;
  close(): Promise<void>;
};

/** Opens it. Throws an HttpError that says where it was looked for, and why it is not there. */
export async function openSource(
  { path, slave }: PicturePlace,
  { roots, token, signal }: { roots: Roots; token: string; signal: AbortSignal },
): Promise<Source> {
  let mine: HttpError;
  try {
    const picture = await openPicture(roots, path);
    return { ...picture, tag: (width) => tagOf(picture, width) };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    if (!slave) throw error;
    mine = error;
  }
  const { name, address, port, state } = slave;
  const timeoutMs = state === "online" ? patience.there : patience.gone;
  try {
    const whole = AbortSignal.any([signal, AbortSignal.timeout(wholeMs)]);
    const answer = await new Client({ host: address, port, token, timeoutMs }).slavePicture(path, whole);
    return await sourceOf(answer, `${slave.id} ${path}`, path);
  } catch (error) {
    if (error instanceof HttpError) throw error;
    if (!(error instanceof ClientError)) throw error;
    if (error.status === undefined)
      throw new HttpError(502, `${mine.message}; and slave ${name} (${state}), which rendered it, does not answer`);
    throw new HttpError(mine.status, `${mine.message}; and slave ${name}, which rendered it, says: ${error.message}`);
  }
}

/** What a slave tells: that it is a picture is looked at once more. */
async function sourceOf(answer: Response, name: string, path: string): Promise<Source> {
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const close = () => reader.cancel().catch(() => {});
  let head = new Uint8Array(0);
  while (head.length < tellingBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  const format = formatOf(head);
  if (!format) {
    await close();
    throw new HttpError(404, `${path} is no picture that can be shown, whatever its name says`);
  }
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      yield head;
      for (let size = head.length; ; ) {
        const { done, value } = await reader.read();
        if (done) return;
        size += value.length;
        if (size > largestPicture) throw new HttpError(404, `${path} is too large to be shown`);
        yield value;
      }
    } finally {
      await close();
    }
  }
  const fileTag = answer.headers.get("etag") ?? "";
  return {
    path,
    format,
    // Without a tag of its own it is another one each time.
    tag: (width) =>
      tagOf({ size: 0, mtimeMs: fileTag === "" ? Math.random() : 0 }, `${name} ${fileTag} ${width ?? ""}`),
    read: async () => {
      const all: Uint8Array[] = [];
      for await (const piece of pieces()) all.push(piece);
      return new Uint8Array(Buffer.concat(all));
    },
    stream: () => streamOf(pieces()),
    close,
  };
}
