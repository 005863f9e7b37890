// What a migration may not do: masters of the release before are at work on its tables while it runs, and afterwards.

/** Tables that may have millions of rows, or that every hand-out needs. An index on `job` is made in a second for 100,000 of them. */
const big = ["job", "run", "event"];
const withoutIndexes = ["run", "event"];

/** Defaults that Postgres reckons once and not for each row. */
const settled = /default (now\(\)|[^()]*$|'[^']*'(::\w+)*)/;

type Rule = { finds: RegExp; of: readonly string[] | "any"; unless?: RegExp; why: string };

const alters = (what: string) => new RegExp(`^alter table (?:only )?(?<table>\\w+) (?:.*, )?${what}`);
const rewrites = "writes all its rows anew while nobody may read it";
const scans = "reads all its rows while nobody may write to it";
const breaks = "masters of the release before still use it: take it away one release later";

const rules: readonly Rule[] = [
  { finds: alters("add (column )?\\w+ .*generated always as \\("), of: big, why: rewrites },
  { finds: alters("add (column )?\\w+ .*(generated .* as identity|serial)"), of: big, why: rewrites },
  { finds: alters("add (column )?\\w+ .*default "), of: big, unless: settled, why: rewrites },
  { finds: alters("alter (column )?\\w+ (set data )?type "), of: "any", why: `${rewrites}, and ${breaks}` },
  { finds: alters("set (un)?logged|^alter table (?<other>\\w+) set tablespace"), of: big, why: rewrites },
  { finds: alters("alter (column )?\\w+ set not null"), of: big, why: scans },
  { finds: alters("add constraint \\w+ (check|foreign key)"), of: big, unless: /not valid$/, why: scans },
  { finds: alters("add constraint \\w+ (unique|primary key|exclude)"), of: big, unless: /using index/, why: scans },
  { finds: alters("validate constraint"), of: big, why: `${scans}, under the locks that the other steps have taken` },
  { finds: /^create (unique )?index (?!concurrently).* on (only )?(?<table>\w+)/, of: withoutIndexes, why: scans },
  {
    finds: /^(update|delete from|insert into|truncate( table)?|lock( table)?) (only )?(?<table>\w+)/,
    of: big,
    why: "locks all its rows",
  },
  { finds: /^(vacuum|cluster|reindex)\b.* (?<table>\w+)$/, of: big, why: rewrites },
  {
    finds: alters("add (column )?\\w+ .*not null"),
    of: "any",
    unless: /default|generated/,
    why: "fails where there is a row, and for masters that do not know it",
  },
  { finds: alters("(drop (column )?(?!constraint)\\w+|rename )"), of: "any", why: breaks },
  { finds: alters("alter (column )?\\w+ drop default"), of: "any", why: breaks },
  { finds: /^drop (table|function|type|view|sequence) (if exists )?(?<table>\w+)/, of: "any", why: breaks },
];

/**
 * What is wrong with the SQL of migrations, a line for each statement: it keeps a farm waiting whose tables are long, or takes away what
 * masters of the release before use. Tables that it makes itself are empty, and nobody's yet.
 */
export function faultsOf(sql: string): string[] {
  const statements = statementsOf(sql);
  const fresh = statements.flatMap((one) => /^create table (?:if not exists )?(\w+)/.exec(one)?.[1] ?? []);
  return statements.flatMap((statement) => {
    for (const { finds, of, unless, why } of rules) {
      const { table } = finds.exec(statement)?.groups ?? {};
      if (table === undefined || fresh.includes(table) || unless?.test(statement)) continue;
      if (of === "any" || of.includes(table)) return [`${statement}: ${why}`];
    }
    return [];
  });
}

/** In small letters and single blanks, without quotes around names, comments, and the bodies of functions. */
function statementsOf(sql: string): string[] {
  return sql
    .replace(/--.*$/gm, "")
    .replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .replace(/"(?:public"\.")?(\w+)"/g, "$1")
    .split(";")
    .map((statement) => statement.replace(/\s+/g, " ").trim().toLowerCase())
    .filter((statement) => statement !== "");
}
