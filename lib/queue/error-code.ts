// What an error of the database is, for who acts on it.

/** The code of an error of Postgres or of the way to it, also where another error wraps it. */
export function codeOf(error: unknown): string | undefined {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  const found = code ?? cause?.code;
  return typeof found === "string" ? found : undefined;
}
