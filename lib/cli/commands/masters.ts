import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import type { MasterSeen } from "../../protocol";
import { clientCommand, terminalWidth } from "../command";
import { age, type Column, plain, table } from "../table";

const columns: Column<MasterSeen>[] = [
  { title: "MASTER", of: ({ address, port }) => `${plain(address)}:${port}`, flexible: true },
  { title: "KEEPS HOUSE", of: ({ keepsHouse }) => (keepsHouse ? "yes" : "") },
  { title: "VERSION", of: ({ software }) => plain(software) },
  { title: "STARTED", of: ({ startedAt }) => ago(startedAt), right: true },
  { title: "SEEN", of: ({ seenAt }) => ago(seenAt), right: true },
];

const ago = (time: string) => `${age((Date.now() - Date.parse(time)) / 1000)} ago`;

export const masters = clientCommand(
  "masters",
  {
    does: message`List the masters of the farm.`,
    more: message`All of them hand out tasks; one of them keeps house: it finds lost slaves and deletes what is due. One that stopped without a word is listed for an hour.`,
    examples: ["masters", "masters --json"],
  },
  object({}),
  async (client, _, print) => {
    const found = await client.masters();
    print(found, () => table(found, columns, terminalWidth()));
  },
);
