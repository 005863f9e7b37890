// Makes a program of Bun and TypeScript files.
import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { PlainError } from "../local/program";
import type { Target } from "./targets";

/** What goes into a binary. `assets`: files and folders that lie beside every module, under their own names, when it runs. */
export type Recipe = { entry: string; assets: string[]; file: string; target: Target | undefined };

/**
 * Writes the binary to `file`; without a target it is one for this machine.
 * @throws PlainError when the code does not bundle, or Bun for the target cannot be fetched
 */
export async function compile({ entry, assets, file, target }: Recipe): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  // Made beside its place and renamed: a binary that runs meanwhile cannot be written to, and none is ever seen half-written.
  const draft = await mkdtemp(join(dirname(file), ".draft-"));
  const made = join(draft, basename(file));
  try {
    await Bun.build({
      entrypoints: [entry],
      compile: {
        ...(target && { target: `bun-${target}` }),
        outfile: made,
        assets,
        // A .env or bunfig.toml in the folder that somebody happens to be in is not meant for us.
        autoloadDotenv: false,
        autoloadBunfig: false,
      },
      // Starts in half the time: 40 ms instead of 89.
      bytecode: true,
      format: "esm",
      minify: true,
    });
    await chmod(made, 0o755);
    await rename(made, file);
  } catch (error) {
    throw explained(error, target);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function explained(error: unknown, target: Target | undefined): unknown {
  const messages = error instanceof AggregateError ? error.errors : [error];
  const first = messages[0] as Error & Partial<BuildMessage>;
  const { file, line } = first.position ?? {};
  const text = `${first.message}${file ? ` (${file}:${line})` : ""}`;
  if (!/download|extract/i.test(text)) return messages === error || !file ? error : new PlainError(text);
  return new PlainError(
    `cannot build for ${target}: ${text}. Bun for it is fetched once from the npm registry: check the network, HTTPS_PROXY and BUN_CONFIG_REGISTRY`,
  );
}
