import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { argument } from "@optique/core/primitives";
import { choice, float } from "@optique/core/valueparser";
import { PlainError } from "../../local/program";
import type { Owner } from "../../protocol";
import { clientCommand, terminalWidth } from "../command";
import { ownerName } from "../given";
import { type Column, count, plain, table } from "../table";

const columns: Column<Owner>[] = [
  { title: "OWNER", of: ({ name }) => plain(name) || "(nobody)", flexible: true },
  { title: "WEIGHT", of: ({ weight }) => `${weight}`, right: true },
  { title: "RUNNING", of: ({ running }) => count(running), right: true },
];

export const owners = clientCommand(
  "owners",
  {
    does: message`List who has jobs, their weights, and how many of their tasks run.`,
    examples: ["owners", "owners --json"],
  },
  object({}),
  async (client, _, print) => {
    const found = await client.owners();
    print(found, () => (found.length === 0 ? "nobody has jobs" : table(found, columns, terminalWidth())));
  },
);

export const owner = clientCommand(
  "owner",
  {
    does: message`Set the weight of an owner: the share of slots among owners of jobs with the same priority.`,
    more: message`The usual weight is 1; an owner with 2 gets twice as much.`,
    examples: ["owner set ana 2", "owner set render 0.5"],
  },
  object({
    action: argument(choice(["set"], { metavar: "set" }), {
      description: message`What to do.`,
      errors: { endOfInput: message`say what to do: owner set ana 2.` },
    }),
    name: argument(ownerName, {
      description: message`The owner.`,
      errors: { endOfInput: message`name an owner: owner set ana 2.` },
    }),
    weight: argument(float({ metavar: "WEIGHT" }), {
      description: message`Its share; 1 is usual.`,
      errors: { endOfInput: message`say which weight: owner set ana 2.` },
    }),
  }),
  async (client, { name, weight }, print) => {
    if (name === "") throw new PlainError("name an owner: owner set ana 2", 2);
    if (!(weight > 0)) throw new PlainError(`a weight is above 0, not ${weight}`, 2);
    const set = await client.setOwner(name, weight);
    print(set, () => `${plain(name)}: weight ${weight}`);
  },
);
