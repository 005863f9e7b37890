// Pieces of bytes as lines of text.

/** The lines of a stream, without their ends (LF, CRLF or CR). The stream is let go when the reader stops. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let line = "";
  // The LF of a CRLF may come with the next piece.
  let endedByCr = false;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      let piece = done ? decoder.decode() : decoder.decode(value, { stream: true });
      if (endedByCr && piece.startsWith("\n")) piece = piece.slice(1);
      if (piece !== "") endedByCr = piece.endsWith("\r");
      const [rest, ...more] = piece.split(/\r\n|\n|\r/);
      line += rest;
      for (const next of more) {
        yield line;
        line = next;
      }
      if (!done) continue;
      if (line !== "") yield line;
      return;
    }
  } finally {
    // Not waited for: a stream that hangs may never say that it has ended.
    reader.cancel().catch(() => {});
  }
}
