// The choice of what to submit: a kind of job, or a plain command.
import { useEffect, useRef, useState } from "preact/hooks";
import type { KindInfo } from "../../client";
import { goTo, hrefOf } from "../place";

const plain = {
  title: "Command",
  about: "Any program with its arguments, run once for each task.",
  href: hrefOf(["submit"], { command: 1 }),
};

export function Chooser({ kinds }: { kinds: readonly KindInfo[] }) {
  const [wanted, setWanted] = useState("");
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => search.current?.focus(), []);
  const words = wanted.toLowerCase();
  const all = [
    plain,
    ...kinds.map(({ name, title, about }) => ({ title, about, href: hrefOf(["submit"], { kind: name }) })),
  ];
  const found = all.filter(({ title, about, href }) => `${title} ${about} ${href}`.toLowerCase().includes(words));
  return (
    <>
      <div class="head">
        <h1>Submit</h1>
        <input
          ref={search}
          type="search"
          aria-label="Find a kind of job"
          placeholder="Find a kind"
          value={wanted}
          onInput={(event) => setWanted(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && found[0]) goTo(found[0].href);
          }}
        />
      </div>
      <ul class="submit-kinds">
        {found.map(({ title, about, href }) => (
          <li key={href}>
            <a href={href}>
              <strong>{title}</strong>
              <span>{about}</span>
            </a>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="muted">No kind of job is called so.</p>}
    </>
  );
}
