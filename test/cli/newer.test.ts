// The command line with a master of a newer release, which has states, reasons and fields that this one has no words for.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { StandIn } from "../client/standin";
import { type Farm, startFarm } from "../farm";

let farm: Farm;
let newer: StandIn;
beforeAll(async () => {
  farm = await startFarm();
  const first = await farm.submit({ name: "shot7", frames: "1-3", command: ["false"], retries: 0 });
  await farm.ended(first);
  await farm.submit({ name: "waits", command: ["true"], pool: "nowhere", after: [{ job: first, until: "ended" }] });
  // What the farm's own master says, with words that nobody knows yet.
  newer = new StandIn(async (request) => {
    const { pathname, search } = new URL(request.url);
    const { headers } = request;
    const answer = await fetch(`http://127.0.0.1:${farm.masters[0]!.port}${pathname}${search}`, { headers });
    const text = (await answer.text())
      .replace(/"(state|outcome|until|exitCodes|order|type)":"\w+"/g, '"$1":"dreaming","colour":{"of":["dreams"]}')
      .replace(/"because":"\w+"/g, '"because":"mood"');
    return new Response(text, answer);
  });
});
afterAll(async () => {
  await newer?.[Symbol.asyncDispose]();
  await farm?.[Symbol.asyncDispose]();
});

const lists = ["jobs", "job 1", "job 2", "frames 1", "slaves", "slave s1", "why 2", "log 1", "owners", "kinds"];

test.each(lists)("%s shows what it understands, and the rest as it came", async (words) => {
  for (const json of [[], ["--json"]]) {
    const { code, out, err } = await farm.cli(...words.split(" "), ...json, "--master", newer.address);
    expect([words, code, err]).toEqual([words, 0, ""]);
    expect(out).not.toMatch(/undefined|NaN|\[object/);
    if (/^(job|frames|slave) /.test(words)) expect(out).toContain("dreaming");
  }
});
