// The example job: an animation of 48 frames by the small ray tracer in example/.
import { join } from "node:path";
import type { Client } from "../client";
import { project } from "./members";

export const exampleName = "example animation";
const frames = "1-48";

/** Where its pictures are. */
export const exampleFolder = (data: string) => join(data, "example");

/** Submits the example the first time; later returns the job of before, no id when a person deleted it. */
export async function submitExample(client: Client, data: string): Promise<{ id?: number; isNew: boolean }> {
  const [before] = await client.jobs({ name: exampleName, limit: 1 });
  if (before) return { id: before.id, isNew: false };
  const [any] = await client.jobs({ limit: 1 });
  if (any) return { isNew: false };
  const { id } = await client.submit({
    name: exampleName,
    command: [process.execPath, join(project, "example", "frame.ts"), exampleFolder(data)],
    pictures: join(exampleFolder(data), "frame.####.png"),
    folder: project,
    frames,
    // A rough idea of the whole film first.
    order: "coarse:6",
  });
  return { id, isNew: true };
}
