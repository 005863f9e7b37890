// What a binary carries beside its code and Postgres: the steps that bring tables up to date, the page, and what it runs as a thread.
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pictureWorker } from "../local/packed";
import { bundlePage, packedName } from "../local/page-files";

const project = resolve(import.meta.dir, "../..");

/** The files and folders, of which those that have to be made are made in `folder`. */
export async function programAssets(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const page = join(folder, packedName);
  await Bun.write(page, JSON.stringify(await bundlePage()));
  const worker = join(folder, pictureWorker);
  const { outputs } = await Bun.build({
    entrypoints: [join(project, "lib/master/pictures/worker.ts")],
    target: "bun",
    minify: true,
  });
  await Bun.write(worker, await outputs[0]!.text());
  return [join(project, "migrations"), page, worker];
}
