/** A request that cannot be met as it is, in words for the person who made it. */
export class Refusal extends Error {
  constructor(
    readonly kind: "unknown" | "invalid" | "conflict",
    message: string,
  ) {
    super(message);
  }
}
