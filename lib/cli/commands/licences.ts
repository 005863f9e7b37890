import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { argument } from "@optique/core/primitives";
import { choice, integer } from "@optique/core/valueparser";
import { PlainError } from "../../local/program";
import type { Licence } from "../../protocol";
import { clientCommand, terminalWidth } from "../command";
import { licenceName } from "../given";
import { type Column, count, plain, table } from "../table";

const columns: Column<Licence>[] = [
  { title: "LICENCE", of: ({ name }) => plain(name), flexible: true },
  { title: "USED", of: ({ used }) => count(used), right: true },
  { title: "TOTAL", of: ({ total }) => count(total), right: true },
  { title: "LEFT", of: ({ used, total }) => count(Math.max(0, total - used)), right: true },
];

export const licences = clientCommand(
  "licences",
  { does: message`List the licences that the farm counts.`, examples: ["licences", "licences --json"] },
  object({}),
  async (client, _, print) => {
    const found = await client.licences();
    print(found, () =>
      found.length === 0
        ? "no licences are counted: add one with drqueue licence set nuke 10"
        : table(found, columns, terminalWidth()),
    );
  },
);

export const licence = clientCommand(
  "licence",
  {
    does: message`Set how many tasks may use a licence at a time, or no longer count it.`,
    more: message`Jobs ask for it by submit --licence. Running tasks keep theirs.`,
    examples: ["licence set nuke 10", "licence remove nuke"],
  },
  object({
    action: argument(choice(["set", "remove"], { metavar: "ACTION" }), {
      description: message`set or remove.`,
      errors: { endOfInput: message`say what to do: licence set nuke 10, or licence remove nuke.` },
    }),
    name: argument(licenceName, {
      description: message`The licence.`,
      errors: { endOfInput: message`name a licence: licence set nuke 10.` },
    }),
    total: optional(
      argument(integer({ min: 0, max: 2_147_483_647, metavar: "N" }), { description: message`How many there are.` }),
    ),
  }),
  async (client, { action, name, total }, print) => {
    if (action === "set" && total === undefined) throw new PlainError(`say how many: licence set ${name} 10`, 2);
    if (action === "remove" && total !== undefined) throw new PlainError(`'${total}' is one word too many`, 2);
    if (total === undefined) {
      await client.removeLicence(name);
      print({ name, removed: true }, () => `${name}: no longer counted`);
      return;
    }
    const set = await client.setLicence(name, total);
    print(set, () => `${name}: ${count(total)}${set.used === undefined ? "" : `, ${count(set.used)} used`}`);
  },
);
