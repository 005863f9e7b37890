// Blender's add-on as one file: what an artist installs.
import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Where the add-on says that the client's text goes. */
const place = '_CLIENT = ""\n';

/** Writes the add-on in `clients` to `file`, with the Python client inside it. */
export async function blenderAddOn(clients: string, file: string): Promise<void> {
  const addOn = await Bun.file(join(clients, "blender_drqueue.py")).text();
  if (addOn.split(place).length !== 2) throw new Error("blender_drqueue.py has no place for the client");
  const client = await Bun.file(join(clients, "drqueue.py")).text();
  // What JSON makes of a text without half characters, Python reads as the same text.
  const lines = client.split(/(?<=\n)/).map((line) => `    ${JSON.stringify(line)}\n`);
  await mkdir(dirname(file), { recursive: true });
  await Bun.write(
    `${file}.draft`,
    addOn.replace(place, () => `_CLIENT = (\n${lines.join("")})\n`),
  );
  await rename(`${file}.draft`, file);
}
