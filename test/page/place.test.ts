// Addresses of places in the page: what was put into one comes out of it again, whatever it holds.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { hrefOf, placeOf } from "../../lib/page/place";

const words = fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { minLength: 1, maxLength: 4 });
const query = fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme", minLength: 1 }));

describe("a place", () => {
  test("is read from its address as it was", () => {
    fc.assert(
      fc.property(words, query, (path, query) => {
        expect(placeOf(hrefOf(path, query))).toEqual({ path, query });
      }),
    );
  });

  test("has an address that leads nowhere but into the page, and that a browser leaves as it is", () => {
    const base = "http://farm1:1234/";
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), fc.dictionary(fc.string(), fc.string()), (path, query) => {
        const href = hrefOf(path, query);
        expect(href).toStartWith("#/");
        expect(href).not.toMatch(/[\s<>"`\\]/);
        const { origin, pathname, search, hash } = new URL(href, base);
        expect({ origin, pathname, search, hash }).toEqual({
          origin: "http://farm1:1234",
          pathname: "/",
          search: "",
          hash: href,
        });
      }),
    );
  });

  test("is read from whatever a person typed, without an error", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (hash) => {
        const { path } = placeOf(`#${hash}`);
        expect(path).not.toContain("");
      }),
    );
  });

  test("keeps numbers, and leaves out what is empty", () => {
    expect(hrefOf(["jobs", 12], { attempt: 1, tab: "", sort: undefined })).toBe("#/jobs/12?attempt=1");
    expect(hrefOf(["jobs"])).toBe("#/jobs");
    expect(placeOf("")).toEqual({ path: [], query: {} });
    expect(placeOf("#/jobs?filter=shot?7&sort=name")).toEqual({
      path: ["jobs"],
      query: { filter: "shot?7", sort: "name" },
    });
    expect(placeOf("#/slaves/100%").path).toEqual(["slaves", "100%"]);
  });
});
