/** The titles of problems by their HTTP status. */
export const titles: Record<number, string> = {
  400: "Bad request",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  408: "Too slow",
  409: "Conflict",
  413: "Too large",
  415: "Not JSON",
  416: "Outside the log",
  429: "Too many requests",
  500: "Internal error",
  502: "No answer from another program",
  503: "Not available now",
};
