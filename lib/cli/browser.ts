// A person's browser, started with an address that nobody else on the machine is to see.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { within } from "../local/deadline";

/** So long the program that opens may take, and then the browser to read the file, ms. */
const openMs = 10_000;
const readMs = 3000;

const openers: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/**
 * Opens an address. All users of a machine see the arguments of its programs: so the browser is given a file that only its owner may
 * read, which leads there, and which is gone afterwards. Does nothing where there is no browser.
 */
export async function openInBrowser(address: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "drqueue-page-"));
  try {
    const file = join(folder, "page.html");
    const target = Bun.escapeHTML(address);
    writeFileSync(
      file,
      `<!doctype html>\n<title>DrQueue</title>\n<meta http-equiv="refresh" content="0; url=${target}">\n`,
      {
        mode: 0o600,
      },
    );
    const opener = openers[process.platform] ?? ["xdg-open"];
    let opened: Bun.Subprocess;
    try {
      opened = Bun.spawn([...opener, pathToFileURL(file).href], {
        stdin: "ignore",
        stdout: "ignore",
        stderr: "ignore",
      });
    } catch {
      return;
    }
    opened.unref();
    if (await within(openMs, opened.exited)) await Bun.sleep(opened.exitCode === 0 ? readMs : 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
