// A value that selected jobs are to have: asked for, and checked before it is sent.
import { useState } from "preact/hooks";
import { Dialog } from "../asked";

/** `read`: the value as it is sent, or in words why it can be none. */
export type Asked = { title: string; label: string; hint: string; read: (text: string) => { value: string } | string };

export const wanted = {
  priority: {
    title: "Priority of",
    label: "Priority",
    hint: "0 to 1,000,000; higher goes first, 500 is usual.",
    read(text) {
      const fits = /^\d{1,7}$/.test(text) && Number(text) <= 1_000_000;
      return fits ? { value: text } : "A whole number from 0 to 1,000,000";
    },
  },
  pool: {
    title: "Pool of",
    label: "Pool",
    hint: "A slave of this pool may run them; several with commas between.",
    read(text) {
      const pools = text.split(/[\s,]+/).filter((pool) => pool !== "");
      const wrong = pools.find((pool) => !/^[A-Za-z0-9._-]{1,64}$/.test(pool));
      if (wrong !== undefined) return `'${wrong}' is no pool: letters, digits, dots, dashes and underlines`;
      // As the farm keeps them.
      return pools.length === 0 ? "Name a pool" : { value: [...new Set(pools)].sort().join(",") };
    },
  },
} satisfies Record<string, Asked>;

type FormProps = { asked: Asked; count: string; close: () => void; send: (value: string) => void };

export function ValueForm({ asked: { title, label, hint, read }, count, close, send }: FormProps) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  return (
    <Dialog title={`${title} ${count}`} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const found = read(text.trim());
          if (typeof found === "string") return setProblem(found);
          close();
          send(found.value);
        }}
      >
        <label for="jobs-value">{label}</label>{" "}
        <input
          id="jobs-value"
          autofocus
          value={text}
          aria-describedby="jobs-value-hint"
          aria-invalid={problem !== ""}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setProblem("");
          }}
        />
        <p id="jobs-value-hint" class={problem === "" ? "hint" : "problem"} role={problem === "" ? undefined : "alert"}>
          {problem === "" ? hint : problem}
        </p>
        <div class="choices">
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Set
          </button>
        </div>
      </form>
    </Dialog>
  );
}
