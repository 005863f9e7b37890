// Settings of a job as texts in a form: what is shown reads back as what it was, and only what was changed is sent.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { changeOf, fieldMeant, replacedBy, sections, textsOf } from "../../../lib/page/job/fields";
import type { JobDetail } from "../../../lib/protocol";

const upTo = (most: number, least = 0) => fc.integer({ min: least, max: most });
const orNull = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
const codes = fc.uniqueArray(upTo(255, 1), { maxLength: 9, minLength: 1 }).map((all) => all.toSorted((a, b) => a - b));
const word = fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/);

/** The settings that a form shows. */
const anyJob = fc.record({
  name: word,
  owner: word,
  priority: upTo(1_000_000),
  pool: word,
  os: fc.constantFrom("", "LINUX", "LINUX,OSX"),
  memoryMb: upTo(100_000_000),
  gpus: upTo(64),
  licences: fc.dictionary(word, upTo(1000, 1), { maxKeys: 4, noNullPrototype: true }),
  maxSlots: orNull(upTo(1_000_000, 1)),
  maxPerSlave: orNull(upTo(4096, 1)),
  notBefore: orNull(upTo(30_000_000, 20_000_000).map((minutes) => new Date(minutes * 60_000).toISOString())),
  retries: upTo(1000),
  retryDelayMs: upTo(86_400_000),
  frameTimeoutMs: orNull(upTo(2_000_000_000, 1000)),
  silenceMs: orNull(upTo(2_000_000_000, 1000)),
  slaveFailures: upTo(1000),
  maxFailures: upTo(1_000_000),
  exitMeanings: fc.record({ fatal: codes, retry: codes, warning: codes }, { requiredKeys: [] }),
  pictures: orNull(word.map((name) => `/mnt/${name}.####.png`)),
  deleteAfterMs: orNull(upTo(2_000_000_000)),
}) as fc.Arbitrary<Partial<JobDetail>> as fc.Arbitrary<JobDetail>;

const names = sections.flatMap(({ fields }) => fields.map(({ name }) => name));

test("what is shown of a job and not touched changes nothing", () => {
  fc.assert(fc.property(anyJob, (job) => expect(changeOf(job, textsOf(job))).toEqual({ change: {}, problems: {} })));
});

test("the texts of another job make one as that one, and what they replaced brings the first one back", () => {
  fc.assert(
    fc.property(anyJob, anyJob, (job, wanted) => {
      const { change, problems } = changeOf(job, textsOf(wanted));
      expect(problems).toEqual({});
      const after = { ...job, ...change } as JobDetail;
      expect(textsOf(after)).toEqual(textsOf(wanted));
      expect(after.exitMeanings).toEqual(wanted.exitMeanings);
      expect({ ...after, ...replacedBy(job, change) }).toEqual(job as never);
    }),
  );
});

test("one changed text changes one setting and leaves the others out", () => {
  fc.assert(
    fc.property(anyJob, anyJob, fc.constantFrom(...names), (job, wanted, name) => {
      const { change } = changeOf(job, { ...textsOf(job), [name]: textsOf(wanted)[name]! });
      expect(Object.keys(change).length).toBe(textsOf(job)[name] === textsOf(wanted)[name] ? 0 : 1);
    }),
  );
});

describe("what cannot be read is said at its field, with how to write it", () => {
  test.each([
    ["memoryMb", "much", "'much' is not a size: write 500M or 4G"],
    ["frameTimeoutMs", "20", "'20' is not a time: write 30s, 20m, 2h or 7d"],
    ["priority", "", "give a whole number"],
    ["priority", "1e9", "'1e9' is not a whole number"],
    ["fatalCodes", "3;4", "'3;4': write exit codes from 1 to 255, as 3,4 or 10-20"],
    ["fatalCodes", "1-900000000", "'1-900000000': write exit codes from 1 to 255, as 3,4 or 10-20"],
    ["licences", "nuke:lots", "'nuke:lots': write nuke, or nuke:2 for two of them"],
  ])("%s: %s", (name, written, says) => {
    const [job] = fc.sample(anyJob, { numRuns: 1, seed: 1 });
    const { change, problems } = changeOf(job!, { ...textsOf(job!), [name]: written });
    expect({ change, problems }).toEqual({ change: {}, problems: { [name]: says } });
  });
});

test("a refusal of the master is said at the field that it means", () => {
  expect(fieldMeant("priority: Too big")).toEqual({ name: "priority", says: "Too big" });
  expect(fieldMeant("exitMeanings.fatal.0: Too big")).toEqual({ name: "fatalCodes", says: "Too big" });
  expect(fieldMeant("there is no licence 'nuke': drqueue licence set nuke 20")?.name).toBe("licences");
  expect(fieldMeant("there is no job 12")).toBeUndefined();
  expect(fieldMeant("nothing: of this name")).toBeUndefined();
});
