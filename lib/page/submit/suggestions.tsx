// What the farm has that a person may mean: owners, pools, licences, slaves; and the orders that there are.
import { farm } from "../farm-client";
import { useRead } from "../read";

/** Slaves that are looked at for pools and names. */
const mostSlaves = 500;

const listed: Record<string, string> = {
  owner: "submit-list-owners",
  pool: "submit-list-pools",
  licences: "submit-list-licences",
  blocked: "submit-list-slaves",
  order: "submit-list-orders",
};

/** The id of the list for a setting. */
export function suggested(name: string): string | undefined {
  return listed[name];
}

export function Suggestions() {
  const owners = useRead(() => farm.owners(), ["owners"]).value ?? [];
  const licences = useRead(() => farm.licences(), ["licences"]).value ?? [];
  const slaves = useRead(() => farm.slaves({ limit: mostSlaves }), ["slaves", mostSlaves]).value ?? [];
  const lists: Record<string, readonly string[]> = {
    "submit-list-owners": owners.map(({ name }) => name),
    "submit-list-licences": licences.map(({ name }) => name),
    "submit-list-pools": [...new Set(slaves.flatMap(({ settings }) => settings.pools))].sort(),
    "submit-list-slaves": slaves.map(({ name }) => name),
    "submit-list-orders": ["forward", "reverse", "bisect", "coarse:10"],
  };
  return (
    <>
      {Object.entries(lists).map(([id, words]) => (
        <datalist key={id} id={id}>
          {words.map((word) => (
            <option key={word} value={word} />
          ))}
        </datalist>
      ))}
    </>
  );
}
