// What a message says, and that names and logs of others only ever show as they read.
import { describe, expect, test } from "bun:test";
import { bodyFor } from "../../../lib/master/notify/bodies";
import { htmlOf, oneLine, span, subjectOf, textOf } from "../../../lib/master/notify/words";
import type { Told } from "../../../lib/notices";

const at = "2026-11-22T12:00:00.000Z";
const numbers = {
  frames: { total: 1240, finished: 1237, failed: 3 },
  seconds: 4810,
  secondsPerFrame: 12.34,
  slowest: { frame: 17, seconds: 95 },
  failedFrames: "5,17-18",
  slaves: [
    { name: "rack7", runs: 700 },
    { name: "rack8", runs: 540 },
  ],
  moreSlaves: 4,
};
const job = { id: 12, name: "shot7", owner: "ana", state: "failed" as const, stopReason: null, numbers };
const failure = {
  frame: 17,
  attempt: 4,
  slave: "rack7",
  code: 1,
  message: "exit 1: no licence",
  log: ["loading", "out of memory"],
};
const failed: Told = { reason: "failed", at, job, failures: [failure] };
const slaves = (...names: string[]) => names.map((name) => ({ name, problem: null }));

test("a failed job is told with its numbers, its failures, the ends of their logs and what to do next", () => {
  expect(subjectOf(failed)).toBe("[DrQueue] job 12 shot7 failed: 3 of 1,240 frames");
  expect(textOf(failed)).toBe(`Job 12 shot7 failed: 3 of 1,240 frames.

Job      12 shot7
Owner    ana
Frames   1,237 finished, 3 failed, of 1,240
Failed   5,17-18
Took     1 h 20 m
Average  12 s a frame
Slowest  frame 17, 1 m 35 s
Slaves   rack7 (700), rack8 (540) and 4 more

frame 17 on rack7, attempt 4: exit 1: no licence
    loading
    out of memory

Look further:
  drqueue frames 12
  drqueue log 12 17
  drqueue requeue 12`);
});

test("every reason has its own subject", () => {
  const subject = (told: Partial<Told> & Pick<Told, "reason">) => subjectOf({ at, ...told });
  expect(subject({ reason: "finished", job })).toBe("[DrQueue] job 12 shot7 is finished");
  expect(subject({ reason: "error", job })).toBe("[DrQueue] job 12 shot7 has its first error");
  expect(subject({ reason: "attention", job: { ...job, stopReason: "5 tasks failed" } })).toBe(
    "[DrQueue] job 12 shot7 stopped itself: 5 tasks failed",
  );
  expect(subject({ reason: "lost", slaves: slaves("rack7") })).toBe("[DrQueue] slave rack7 is lost");
  expect(subject({ reason: "lost", slaves: slaves("a", "b") })).toBe("[DrQueue] 2 slaves are lost: a, b");
  expect(subject({ reason: "sick", slaves: slaves("rack7") })).toBe("[DrQueue] slave rack7 is sick");
  expect(subject({ reason: "test" })).toBe("[DrQueue] a test message");
});

test("of a job that was deleted meanwhile the message says what it can", () => {
  const { numbers: _, ...gone } = job;
  expect(textOf({ reason: "failed", at, job: gone })).toStartWith(
    "Job 12 shot7 failed.\n\nJob    12 shot7\nOwner  ana\n",
  );
});

const nasty = '<img src=x onerror="a">&\'```\r\nBcc: eve@x\u202e\u0007\u001b[31m@everyone <!channel> [x](http://evil)';
const hostile: Told = {
  ...failed,
  job: { ...job, name: nasty, owner: nasty },
  failures: [
    { ...failure, slave: nasty, message: nasty, log: [nasty, "\u001b]0;title\u0007x", `${"y".repeat(5000)}`] },
  ],
};

test("nothing from elsewhere adds lines, steers a terminal, turns text around or becomes markup", () => {
  expect(subjectOf(hostile)).not.toMatch(/[\p{C}]/u);
  expect(subjectOf(hostile).length).toBeLessThanOrEqual(200);
  expect(textOf(hostile).replaceAll("\n", "")).not.toMatch(/[\p{C}]/u);
  expect(textOf(hostile).split("\n").length).toBe(
    textOf({ ...failed, failures: [{ ...failure, log: ["", "", ""] }] }).split("\n").length,
  );
  const tags = new Set([...htmlOf(hostile).matchAll(/<\/?([a-z0-9!]+)/g)].map(([, tag]) => tag));
  expect([...tags].sort()).toEqual(["!doctype", "body", "h3", "html", "p", "pre", "table", "td", "tr"]);
  expect(htmlOf(hostile)).toContain("&lt;img src=x onerror=&quot;a&quot;&gt;&amp;&#39;");
});

describe("web hooks", () => {
  const text = (body: unknown) => JSON.stringify(body);

  test("json is the message itself, with the delivery and a subject", () => {
    expect(bodyFor("json", failed, "7")).toEqual({
      delivery: "7",
      subject: "job 12 shot7 failed: 3 of 1,240 frames",
      ...failed,
    });
  });

  test("Slack, Discord and Teams get bodies of theirs that say the same", () => {
    const slack = bodyFor("slack", failed, "7") as { text: string; blocks: { text: { text: string } }[] };
    expect(slack.text).toBe("job 12 shot7 failed: 3 of 1,240 frames");
    expect(slack.blocks[1]!.text.text).toContain("out of memory");
    const discord = bodyFor("discord", failed, "7") as { content: string; embeds: { description: string }[] };
    expect(discord.content).toBe("job 12 shot7 failed: 3 of 1,240 frames");
    expect(discord.embeds[0]!.description).toContain("out of memory");
    const teams = bodyFor("teams", failed, "7") as {
      type: string;
      attachments: { contentType: string; content: { type: string } }[];
    };
    expect(teams).toMatchObject({
      type: "message",
      attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content: { type: "AdaptiveCard" } }],
    });
    expect(text(teams)).toContain("out of memory");
  });

  test("nobody is called, and nothing ends the fences around a log", () => {
    expect(text(bodyFor("slack", hostile, "7"))).not.toContain("<!channel>");
    for (const style of ["slack", "discord"] as const) {
      const body = bodyFor(style, hostile, "7") as {
        blocks?: { text: { text: string } }[];
        embeds?: { description: string }[];
      };
      const fenced = body.blocks ? body.blocks[1]!.text.text : body.embeds![0]!.description;
      expect(fenced.match(/```/g)).toHaveLength(2);
    }
    expect(bodyFor("discord", hostile, "7")).toMatchObject({ allowed_mentions: { parse: [] } });
    expect(text(bodyFor("teams", hostile, "7"))).not.toContain('"TextBlock"');
  });

  test("bodies stay below what the services take, however much there is to say", () => {
    const log = Array.from({ length: 10 }, () => "&<>".repeat(2000));
    const long: Told = {
      ...failed,
      job: {
        ...job,
        name: "&".repeat(200),
        numbers: { ...numbers, slaves: Array.from({ length: 10 }, () => ({ name: "<".repeat(100), runs: 1 })) },
      },
      failures: Array.from({ length: 5 }, () => ({ ...failure, log })),
    };
    const slack = bodyFor("slack", long, "7") as { blocks: { text: { text: string } }[] };
    for (const { text } of slack.blocks) expect(text.text.length).toBeLessThanOrEqual(3000);
    expect(slack.blocks[1]!.text.text.replace(/&(amp|lt|gt);/g, "")).not.toContain("&");
    const discord = bodyFor("discord", long, "7") as { content: string; embeds: { description: string }[] };
    expect(discord.content.length).toBeLessThanOrEqual(2000);
    expect(discord.embeds[0]!.description.length).toBeLessThanOrEqual(4096);
    expect(Buffer.byteLength(text(bodyFor("teams", long, "7")))).toBeLessThan(28 * 1024);
  });
});

test("spans of time and texts are as people read them", () => {
  expect([0.2, 9.96, 59.6, 3599.7, 90_000].map(span)).toEqual(["200 ms", "10 s", "1 m 00 s", "1 h 00 m", "1 d 1 h"]);
  expect(oneLine("\u001b[1;31mred\u001b[0m\tx  ", 20)).toBe("red x");
  expect(oneLine("abcdefghij", 8)).toBe("abcde...");
});
