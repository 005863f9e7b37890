// Parameters of several routes, with the examples that the documentation shows.
import { z } from "@hono/zod-openapi";
import { largest, text } from "../../wire";

/** The number of a job. */
export const jobId = z.coerce
  .number()
  .int()
  .min(1)
  .max(largest)
  .meta({ description: "Number of the job", examples: [12] });

/** A slave by name or number. */
export const slaveName = text(100)
  .min(1)
  .meta({ description: "Name or number of the slave", examples: ["rack7"] });

/** The number of a frame. */
export const frameNumber = z.coerce
  .number()
  .int()
  .meta({ description: "Number of the frame", examples: [5] });

/** By which a submission that is sent again is known: as the IETF's draft of this header has it. */
export const submissionKey = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[ -~]{1,200}$/, "a key is 1 to 200 printable characters of ASCII")
    .optional()
    .meta({
      description:
        "Names this submission, best at random: sent again under the same key, also to another master, it changes nothing and is answered as the first time",
      examples: ["5f0c8a52-shot7"],
    }),
});
