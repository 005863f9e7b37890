// Masters that are busy and say when to come back.
import { expect, test } from "bun:test";
import { clientOf, refusal, StandIn } from "./standin";

const sentAway = (status: number) =>
  Response.json({ title: "x", status, detail: "busy" }, { status, headers: { "retry-after": "0" } });

test("what can be asked again is, until there is room", async () => {
  let times = 0;
  await using busy = new StandIn(() => (times++ < 2 ? sentAway(503) : Response.json({ jobs: [] })));
  expect(await clientOf([busy]).jobs()).toEqual([]);
  expect(busy.count("GET /jobs")).toBe(3);
});

test("a master that stays busy is asked a few times, and what it said is told", async () => {
  await using busy = new StandIn(() => sentAway(503));
  expect(await refusal(clientOf([busy]).jobs())).toMatchObject({ status: 503, message: "busy", mayPass: true });
  expect(busy.count("GET /jobs")).toBe(4);
});

test("a change is sent again only when it certainly was not carried out", async () => {
  let times = 0;
  await using busy = new StandIn(() => (times++ === 0 ? sentAway(429) : sentAway(503)));
  expect(await refusal(clientOf([busy]).rerun(1))).toMatchObject({ status: 503 });
  expect(busy.count("POST /jobs/1/rerun")).toBe(2);
});

test("nobody waits longer than the request may take", async () => {
  await using busy = new StandIn(() => Response.json({}, { status: 503, headers: { "retry-after": "3600" } }));
  expect(await refusal(clientOf([busy]).jobs())).toMatchObject({ status: 503, retryAfter: 3600 });
  expect(busy.count("GET /jobs")).toBe(1);
});
