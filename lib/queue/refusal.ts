/**
 * A request that cannot be met as it is, in words for the person who made it. `unknown`: what it is about is not there. `invalid`: it
 * would be wrong at any farm. `conflict`: this farm, as it is now, has not what it names, or something stands against it.
 */
export class Refusal extends Error {
  constructor(
    readonly kind: "unknown" | "invalid" | "conflict",
    message: string,
  ) {
    super(message);
  }
}
