// Reads the text that Prometheus reads, and refuses what that would refuse.

/** A value with its labels. */
export type Sample = { name: string; labels: Record<string, string>; value: number };

/** All that a text says: the type and help of each family, and its samples. */
export class Scrape {
  readonly types = new Map<string, string>();
  readonly samples: Sample[] = [];

  constructor(text: string) {
    const helped = new Set<string>();
    const seen = new Set<string>();
    if (!text.endsWith("\n")) throw new Error("the last line does not end");
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const [, keyword, about, rest] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? [];
      if (keyword === "HELP") helped.add(about!);
      else if (keyword === "TYPE") this.types.set(about!, rest!);
      else {
        const sample = sampleOf(line);
        const family = [...this.types.keys()].find((one) => familyOf(sample.name, this.types.get(one)!) === one);
        if (family === undefined || !helped.has(family)) throw new Error(`no type or help before: ${line}`);
        const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
        if (seen.has(key)) throw new Error(`twice: ${line}`);
        seen.add(key);
        this.samples.push(sample);
      }
    }
  }

  /** The value with exactly these labels; undefined when there is none. */
  value(name: string, labels: Record<string, string> = {}): number | undefined {
    return this.samples.find((one) => one.name === name && Bun.deepEquals(one.labels, labels))?.value;
  }

  /** All values of a metric by one of its labels. */
  by(name: string, label: string): Record<string, number> {
    return Object.fromEntries(
      this.samples.filter((one) => one.name === name).map(({ labels, value }) => [labels[label] ?? "", value]),
    );
  }
}

function familyOf(name: string, type: string): string {
  return type === "histogram" ? name.replace(/_(bucket|sum|count)$/, "") : name;
}

function sampleOf(line: string): Sample {
  const [, name, , labels = "", value] = /^([a-zA-Z_:][\w:]*)(\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined) throw new Error(`not a sample: ${line}`);
  const pairs = [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\["\\n])*)"(,|$)/g)];
  if (pairs.map(([whole]) => whole).join("") !== labels) throw new Error(`not labels: ${line}`);
  const number = Number(value!.replace(/^([+-])Inf$/, "$1Infinity"));
  if (Number.isNaN(number)) throw new Error(`not a number: ${line}`);
  const told = (text: string) => text.replace(/\\(.)/g, (_, one: string) => (one === "n" ? "\n" : one));
  return { name, labels: Object.fromEntries(pairs.map(([, label, text]) => [label!, told(text!)])), value: number };
}

/** Reads /metrics of a port of this machine. */
export async function scrape(port: number, token: string): Promise<Scrape> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return new Scrape(await answer.text());
}
