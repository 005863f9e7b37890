// The Python client as a checker of types and an old Python read it.
import { describe, expect, test } from "bun:test";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { client, python, run } from "./python";

const node = Bun.which("node");

describe.skipIf(!node)("the checker", () => {
  test("finds nothing in the Python client, strictly, and finds what a program does wrong with it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "drqueue-pyright-"));
    try {
      cpSync(client, join(folder, "drqueue.py"));
      const use =
        "from drqueue import Farm\n\njob = Farm().submit(name='x', command=['true'])\nreveal_type(job.wait().id)\n";
      await Bun.write(join(folder, "use.py"), `${use}job.change(priority="high")\n`);
      const strictly = { typeCheckingMode: "strict", pythonVersion: "3.9" };
      await Bun.write(join(folder, "pyrightconfig.json"), JSON.stringify(strictly));
      const pyright = resolve(import.meta.dir, "../../node_modules/pyright/index.js");
      const ran = Bun.spawn([node!, pyright, "-p", folder, "--outputjson"], { stdout: "pipe", stderr: "pipe" });
      const { generalDiagnostics: all } = JSON.parse(await new Response(ran.stdout).text());
      const found = (all as { file: string; severity: string; message: string }[]).map(
        ({ file, severity, message }) => `${file.slice(folder.length + 1)} ${severity}: ${message.split("\n")[0]}`,
      );
      expect(found).toEqual([
        'use.py information: Type of "job.wait().id" is "int"',
        expect.stringMatching(/^use.py error: Argument of type "Literal\['high'\]" cannot be assigned/),
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe.skipIf(!python)("an old Python", () => {
  test("reads the client: its syntax is that of 3.9, and it takes nothing from the library that is newer", async () => {
    const look = `
import ast, sys
tree = ast.parse(open(sys.argv[1], encoding="utf-8").read(), feature_version=(3, 9))
newer = {"pairwise", "Self", "Unpack", "NotRequired", "Required", "TypeAlias", "ParamSpec", "assert_never", "UTC",
         "StrEnum", "override", "aiter", "anext", "add_note", "batched", "timeout_at", "EnumType"}
for node in ast.walk(tree):
    names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
    names += [getattr(node, key) for key in ("id", "attr", "arg") if isinstance(getattr(node, key, None), str)]
    for name in names:
        assert name not in newer, (name, node.lineno)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("dataclass", "zip"):
        assert not {word.arg for word in node.keywords} & {"slots", "kw_only", "strict"}, node.lineno
# Without this annotations would be worked out, and X | Y is newer than 3.9.
assert any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body)
modules = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
modules |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
assert {m.split(".")[0] for m in modules} <= sys.stdlib_module_names, modules
undocumented = [f"{c.name}.{f.name}" for c in tree.body if isinstance(c, ast.ClassDef) and not c.name.startswith("_")
                for f in [c, *c.body] if isinstance(f, (ast.FunctionDef, ast.ClassDef)) and not f.name.startswith("_") and not ast.get_docstring(f)]
assert undocumented == [], undocumented
`;
    expect(await run({ PATH: process.env.PATH! }, ["-c", look, client])).toEqual({ code: 0, out: "", err: "" });
  });
});
