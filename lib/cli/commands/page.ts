import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { flag } from "@optique/core/primitives";
import { Client, ClientError } from "../../client";
import { type Address, findMasters, pageLink, tokenFor } from "../../local/master-address";
import { openInBrowser } from "../browser";
import { clientCommand } from "../command";

/** So long a master may take to say that it is there, ms. */
const patienceMs = 3000;

export const page = clientCommand(
  "page",
  {
    does: message`Print the address of the farm's page, signed in.`,
    more: message`The farm's token stands behind the #, which no server and no log sees; the page takes it out of the address at once. Whoever has the address may do everything. Exit code: 0 a master answers there, 1 none does.`,
    examples: ["page", "page --open", "page --master farm1"],
  },
  object({
    open: optional(flag("--open", { description: message`Open it in your browser as well.` })),
  }),
  async (_, { open }, print, { data, masters }) => {
    const token = tokenFor(data);
    const { address, problem } = await firstThatAnswers(findMasters(data, masters), token);
    // A token that is not the farm's leads nowhere.
    if (problem?.status !== undefined) throw problem;
    const link = pageLink(address, token);
    print({ address: link, answers: problem === undefined }, () => link);
    if (problem !== undefined) throw problem;
    if (open) await openInBrowser(link);
    return 0;
  },
);

/** The first master that lets this token in; else the first of all, and why not. */
async function firstThatAnswers(
  addresses: readonly Address[],
  token: string,
): Promise<{ address: Address; problem?: ClientError }> {
  let first: { address: Address; problem: ClientError } | undefined;
  for (const address of addresses) {
    try {
      await new Client({ ...address, token, timeoutMs: patienceMs }).licences();
      return { address };
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      first ??= { address, problem: error };
    }
  }
  return first!;
}
