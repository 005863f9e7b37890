// The files of the page as browsers get them: bundled from lib/page, or as a binary brings them.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** Texts by their path, `/` and those below /page/, whose names change with what is in them. */
export type PageTexts = Record<string, { type: string; text: string }>;

/** One file: as it is, and packed by gzip, which browsers take without https as well. */
export type PageFile = { type: string; plain: Uint8Array<ArrayBuffer>; packed: Uint8Array<ArrayBuffer> };

/** The name of the file that a binary carries. */
export const packedName = "page.json";

/** Bundles the page. Throws an AggregateError where its code does not bundle. */
export async function bundlePage(): Promise<PageTexts> {
  const look = await bundle("log/look.ts", { entry: "[name]-[hash].[ext]" });
  const [lookProgram] = Object.keys(look);
  return { ...look, ...(await bundle("index.html", {}, { lookProgram: JSON.stringify(lookProgram) })) };
}

async function bundle(entry: string, naming: { entry?: string }, define = {}): Promise<PageTexts> {
  const { outputs } = await Bun.build({
    entrypoints: [join(import.meta.dir, "../page", entry)],
    target: "browser",
    minify: true,
    publicPath: "/page/",
    naming: { ...naming, chunk: "[name]-[hash].[ext]", asset: "[name]-[hash].[ext]" },
    define: { "process.env.NODE_ENV": '"production"', ...define },
  });
  const texts: PageTexts = {};
  for (const output of outputs) {
    const name = output.path.replace(/^\.?\//, "");
    texts[name === "index.html" ? "/" : `/page/${name}`] = { type: output.type, text: await output.text() };
  }
  return texts;
}

let files: Promise<ReadonlyMap<string, PageFile>> | undefined;

/** The files by path: in a binary those that lie beside every module, else bundled when first asked for. */
export function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  files ??= readTexts().then(
    (texts) => new Map(Object.entries(texts).map(([path, { type, text }]) => [path, fileOf(type, text)])),
  );
  // What could not be read may be there next time.
  files.catch(() => {
    files = undefined;
  });
  return files;
}

async function readTexts(): Promise<PageTexts> {
  const packed = join(import.meta.dir, packedName);
  return existsSync(packed) ? ((await Bun.file(packed).json()) as PageTexts) : bundlePage();
}

function fileOf(type: string, text: string): PageFile {
  const plain = new TextEncoder().encode(text);
  return { type, plain, packed: new Uint8Array(gzipSync(plain, { level: 9 })) };
}
