// What a job that is submitted again takes along, though the form has no place for it.
import type { NewJob } from "../../client";

const longest = 200;

export function Also({ rest, write }: { rest: Partial<NewJob>; write: (rest: Partial<NewJob>) => void }) {
  const all = Object.entries(rest);
  if (all.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="submit-also">
      <h2 id="submit-also">Also sent along</h2>
      <ul class="submit-also">
        {all.map(([name, value]) => {
          const text = JSON.stringify(value);
          return (
            <li key={name}>
              <code>
                {name}: {text.length > longest ? `${text.slice(0, longest)}…` : text}
              </code>
              <button
                type="button"
                class="quiet"
                aria-label={`Leave ${name} out`}
                onClick={() => write(Object.fromEntries(all.filter(([other]) => other !== name)))}
              >
                ×
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
