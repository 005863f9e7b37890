// Folders that have other names on other machines.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatPathPair, mapPath, type PathPair, PathPairError, parsePathPair, parsePathPairs } from "../lib/paths";

const show: PathPair = { farm: "/mnt/show", here: "S:\\show" };
const server: PathPair = { farm: "/mnt/lib", here: "\\\\files\\lib" };
const map = [show, server];
const windows = (text: string, pairs: PathPair[] = map) => mapPath(text, pairs, "windows");
const posix = (text: string, pairs: PathPair[] = map) => mapPath(text, pairs, "posix");

describe("a path below a mapped folder has the name that is right here", () => {
  const both: [posix: string, windows: string][] = [
    ["/mnt/show", "S:\\show"],
    ["/mnt/show/", "S:\\show\\"],
    ["/mnt/show/a/b.blend", "S:\\show\\a\\b.blend"],
    ["/mnt/show/my scene/v 2/b.ma", "S:\\show\\my scene\\v 2\\b.ma"],
    ["/mnt/show/Smith, Bob's/a - b.ma", "S:\\show\\Smith, Bob's\\a - b.ma"],
    ["/mnt/lib/x", "\\\\files\\lib\\x"],
    ["--out=/mnt/show/a/b", "--out=S:\\show\\a\\b"],
    ["a,/mnt/show/a,/mnt/lib/b", "a,S:\\show\\a,\\\\files\\lib\\b"],
    ["/mnt/show/a;/mnt/lib/b", "S:\\show\\a;\\\\files\\lib\\b"],
    ["file '/mnt/show/a/b' \"/mnt/lib/c\"", "file 'S:\\show\\a\\b' \"\\\\files\\lib\\c\""],
    ["-d /mnt/show -v", "-d S:\\show -v"],
  ];
  for (const [there, here] of both)
    test(there, () => {
      expect(windows(there)).toBe(here);
      expect(posix(here)).toBe(there);
      expect(windows(here)).toBe(here);
      expect(posix(there)).toBe(there);
    });

  test("in whatever case and with whatever separators a Windows name is written", () => {
    for (const text of ["s:/SHOW/A/b", "S:\\show\\A\\b", "s:\\Show/A\\b"]) expect(posix(text)).toBe("/mnt/show/A/b");
    for (const text of ["//FILES/lib/x/y", "\\\\files\\LIB\\x/y"]) expect(posix(text)).toBe("/mnt/lib/x/y");
    expect(windows("//FILES/lib/x/y")).toBe("//FILES/lib/x/y");
    const slashes = [{ farm: "/mnt/show/", here: "S:/show/" }];
    expect(windows("/mnt/show/a/b", slashes)).toBe("S:\\show\\a\\b");
    expect(posix("S:\\show\\a", slashes)).toBe("/mnt/show/a");
  });

  test("also when the pair is given the other way round", () => {
    const turned = [{ farm: "S:\\show", here: "/mnt/show" }];
    expect(posix("S:\\show\\a", turned)).toBe("/mnt/show/a");
    expect(windows("/mnt/show/a", turned)).toBe("S:\\show\\a");
  });

  test("a whole drive keeps the separator that makes it one", () => {
    const drive = [{ farm: "/mnt/show", here: "S:\\" }];
    expect(windows("/mnt/show", drive)).toBe("S:\\");
    expect(windows("/mnt/show/a", drive)).toBe("S:\\a");
    expect(windows("cd /mnt/show && dir", drive)).toBe("cd S:\\ && dir");
    expect(posix("S:\\a\\b", drive)).toBe("/mnt/show/a/b");
    expect(posix("S:a", drive)).toBe("S:a");
  });
});

describe("between machines of one system the slave's own name is right", () => {
  const pairs = [
    { farm: "/mnt/show", here: "/Volumes/show" },
    { farm: "P:\\lib", here: "\\\\files\\lib" },
  ];
  test("on POSIX, also in lists with colons", () => {
    expect(posix("/mnt/show/bin:/mnt/show/lib:/usr/lib", pairs)).toBe("/Volumes/show/bin:/Volumes/show/lib:/usr/lib");
    expect(posix("PATH=/bin:/mnt/show:/usr", pairs)).toBe("PATH=/bin:/Volumes/show:/usr");
    expect(posix("/Volumes/show/a", pairs)).toBe("/Volumes/show/a");
    expect(posix("/mnt/show/a\\ b", pairs)).toBe("/mnt/show/a\\ b".replace("/mnt", "/Volumes"));
  });
  test("on Windows, with the separators that were there", () => {
    expect(windows("p:/lib/a\\b", pairs)).toBe("\\\\files\\lib/a\\b");
    expect(windows("\\\\files\\lib\\a", pairs)).toBe("\\\\files\\lib\\a");
  });
  test("where no name has the form of this system, too", () => {
    expect(posix("P:\\lib\\a", pairs)).toBe("\\\\files\\lib\\a");
    expect(windows("/mnt/show/a", pairs)).toBe("/Volumes/show/a");
  });
  test("but a colon before a name of another system is part of something else", () => {
    expect(windows("http:/mnt/show/a")).toBe("http:/mnt/show/a");
    expect(posix("http://files/lib/a")).toBe("http://files/lib/a");
  });
});

test("other folders are left alone", () => {
  const others = [
    "/mnt/shows",
    "/mnt/show2/a",
    "/mnt/show old/a",
    "/mnt/show-b",
    "/x/mnt/show/a",
    "mnt/show",
    "a/b c\\d",
    "",
    "S:\\shows",
  ];
  for (const text of others) {
    expect(windows(text)).toBe(text);
    expect(posix(text)).toBe(text);
  }
});

test("what stands behind a path keeps its separators", () => {
  expect(windows("-proj /mnt/show/p/q -rd images/out")).toBe("-proj S:\\show\\p\\q -rd images/out");
  expect(windows("cp /mnt/show/a/b /tmp/c/d")).toBe("cp S:\\show\\a\\b /tmp/c/d");
  expect(windows('load "/mnt/show/a/b" and/or "x/y"')).toBe('load "S:\\show\\a\\b" and/or "x/y"');
  expect(posix("S:\\show\\a\\b;C:\\x\\y")).toBe("/mnt/show/a/b;C:\\x\\y");
});

describe("where several names fit", () => {
  test("the longest counts, whatever its place in the list", () => {
    const nested = [
      { farm: "/mnt", here: "M:\\" },
      { farm: "/mnt/show/tex", here: "T:\\tex" },
      { farm: "/mnt/show", here: "S:\\show" },
    ];
    for (const pairs of [nested, nested.toReversed()]) {
      expect(windows("/mnt/show/tex/a", pairs)).toBe("T:\\tex\\a");
      expect(windows("/mnt/show/a", pairs)).toBe("S:\\show\\a");
      expect(windows("/mnt/a", pairs)).toBe("M:\\a");
    }
  });

  test("nothing is mapped twice", () => {
    const chain = [
      { farm: "/a", here: "/b" },
      { farm: "/b", here: "/c" },
    ];
    expect(posix("/a/x", chain)).toBe("/b/x");
    expect(posix("/b/x,/a", chain)).toBe("/c/x,/b");
    const odd = [
      { farm: "/mnt/a=", here: "/x" },
      { farm: "/mnt/show", here: "/y" },
    ];
    expect(posix("/mnt/a=/mnt/show", odd)).toBe("/x/mnt/show");
    const inner = [{ farm: "/mnt/show", here: "/mnt/show/local" }];
    expect(posix("/mnt/show/x", inner)).toBe("/mnt/show/local/x");
    expect(posix("/mnt/show/local/x", inner)).toBe("/mnt/show/local/x");
  });
});

// Names that a folder can have on either system.
const letters = [..."abcXYZ019 ._-'!$%&(),;=@[]{}äß漢"];
const part = fc
  .array(fc.constantFrom(...letters), { minLength: 1, maxLength: 8 })
  .map((all) => all.join(""))
  .filter((name) => /[\p{L}\p{N}]/u.test(name));
const below = fc.array(part, { minLength: 1, maxLength: 4 });
const plainPart = fc.stringMatching(/^[a-z0-9_]{1,6}$/);
const windowsName = fc.oneof(
  fc.tuple(fc.constantFrom("S", "t"), plainPart).map(([drive, name]) => `${drive}:\\${name}`),
  fc.tuple(plainPart, plainPart).map(([host, name]) => `\\\\${host}\\${name}`),
);
const pairs = fc.uniqueArray(
  fc.record({ posix: plainPart.map((name) => `/mnt/${name}`), windows: windowsName, turned: fc.boolean() }),
  {
    minLength: 1,
    maxLength: 4,
    comparator: (a, b) => a.posix === b.posix || a.windows.toLowerCase() === b.windows.toLowerCase(),
  },
);
const mapOf = (all: { posix: string; windows: string; turned: boolean }[]) =>
  all.map(({ posix, windows, turned }) => (turned ? { farm: windows, here: posix } : { farm: posix, here: windows }));

test("a path below a mapped folder goes to Windows and comes back as it was", () => {
  fc.assert(
    fc.property(pairs, fc.nat(), below, fc.constantFrom("", "-o=", "a,", '"', "-x "), (pairs, pick, parts, lead) => {
      const map = mapOf(pairs);
      const { posix: name, windows: there } = pairs[pick % pairs.length]!;
      const path = `${lead}${[name, ...parts].join("/")}`;
      const turned = mapPath(path, map, "windows");
      expect(turned).toStartWith(`${lead}${there}\\`);
      expect(mapPath(turned, map, "windows")).toBe(turned);
      expect(mapPath(turned, map, "posix")).toBe(path);
    }),
    { numRuns: 1000 },
  );
});

test("a Windows path of ordinary names becomes a POSIX one without a single backslash", () => {
  const ordinary = fc.array(
    fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 _.-]{0,8}[A-Za-z0-9]$/).filter((name) => !/ -\S/.test(name)),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(pairs, fc.nat(), ordinary, (pairs, pick, parts) => {
      const { posix: name, windows: there } = pairs[pick % pairs.length]!;
      expect(mapPath([there, ...parts].join("\\"), mapOf(pairs), "posix")).toBe([name, ...parts].join("/"));
    }),
  );
});

test("text without a mapped name never changes, whatever it is", () => {
  const piece = fc.oneof(
    fc.constantFrom("/mnt/", "show", "S:\\", "\\\\", "//", "=", ":", " ", '"', "/", "\\", ";"),
    fc.string(),
  );
  const map = [
    { farm: "/mnt/never/here", here: "Q:\\never" },
    { farm: "\\\\never\\here", here: "/srv/never" },
  ];
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join("").replaceAll(/never/gi, "");
      expect(mapPath(text, map, "windows")).toBe(text);
      expect(mapPath(text, map, "posix")).toBe(text);
      expect(mapPath(text, [], "posix")).toBe(text);
    }),
  );
});

describe("a pair is written as farm=here", () => {
  test("and read back", () => {
    expect(parsePathPair("/mnt/show=S:\\show")).toEqual(show);
    expect(parsePathPair(" /mnt/show = S:\\show ")).toEqual(show);
    expect(parsePathPair(formatPathPair(server))).toEqual(server);
  });

  test("several with commas or one by one, none for none", () => {
    expect(parsePathPairs(["/mnt/show=S:\\show, /mnt/lib=\\\\files\\lib"])).toEqual(map);
    expect(parsePathPairs(["/mnt/show=S:\\show", "/mnt/lib=\\\\files\\lib"])).toEqual(map);
    expect(parsePathPairs(["none"])).toEqual([]);
  });

  const wrong: [text: string, words: string][] = [
    ["", "has no = between"],
    ["/mnt/show", "has no = between"],
    ["/mnt/show=", "a name is missing"],
    ["=S:\\show", "a name is missing"],
    ["/a=/b=/c", "more than one ="],
    ["/=S:\\", "stands for every folder"],
    ["/mnt/show=/mnt/show/", "is named twice"],
    ["S:\\show=s:/SHOW", "is named twice"],
    [`${"x".repeat(900)}\n\u001b[2J`, "has no = between"],
  ];
  for (const [text, words] of wrong)
    test(`not as ${JSON.stringify(text.slice(0, 30))}`, () => {
      const read = () => parsePathPair(text);
      expect(read).toThrow(PathPairError);
      expect(read).toThrow(words);
      expect(read).toThrow("write for example /mnt/show=S:\\show");
      expect(read).not.toThrow(/[\n\u001b]/);
    });
});
