// The page in a real Chromium, as a person has it before them; everything gone at the end.
import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type { Farm } from "../farm";

// The shell is the same engine without windows to draw around pages: a new one costs a quarter.
const names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
const program = names.map((name) => `/usr/bin/${name}`).find((file) => existsSync(file));

/** Whether there is a browser to look with. */
export const hasBrowser = program !== undefined;

export type Shape = { width?: number; height?: number; scheme?: "light" | "dark"; touch?: boolean };

/** A browser that is signed in nowhere. What its pages say on the console as errors is kept in `complaints`. */
export class Sight {
  readonly complaints: string[] = [];

  private constructor(private readonly browser: Browser) {}

  static async open(): Promise<Sight> {
    const browser = await chromium.launch({
      executablePath: program!,
      headless: true,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    return new Sight(browser);
  }

  /** A new window, without cookies. */
  async window({ width = 1280, height = 800, scheme = "light", touch = false }: Shape = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      hasTouch: touch,
    });
    context.setDefaultTimeout(20_000);
    return context;
  }

  /** A page of a window at a place such as `#/jobs`, signed in. */
  async page(farm: Farm, hash = "", shape: Shape = {}): Promise<Page> {
    const context = await this.window(shape);
    const page = await context.newPage();
    this.listen(page);
    const base = `http://127.0.0.1:${farm.masters[0]!.port}`;
    const answer = await context.request.post(`${base}/session`, { data: { token: farm.token } });
    if (answer.status() !== 204) throw new Error(`not signed in: ${answer.status()} ${await answer.text()}`);
    await page.goto(`${base}/${hash}`);
    return page;
  }

  /** Keeps what a page complains of. */
  listen(page: Page): void {
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(error.stack ?? error.message));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
  }
}

/** What axe finds serious or worse on a page: each with where it is. */
export async function faultsOf(page: Page): Promise<string[]> {
  // Scripts of others are not let in by the page's own policy: this one goes in beside it.
  const found = await page.evaluate(
    `(() => { const module = undefined; ${axe.source}; return axe.run(document, { resultTypes: ["violations"] }); })()`,
  );
  const { violations } = found as {
    violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
}
