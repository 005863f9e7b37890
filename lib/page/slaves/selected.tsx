// What can be done with several slaves at once.
import { useState } from "preact/hooks";
import type { SettingsChange, Slave } from "../../client";
import { ask, Dialog } from "../asked";
import { counted } from "../words";
import { callWell, changeSlaves } from "./change";

/** A change that wants a word more: what is asked for, and what becomes of the answer. */
type Wanted = {
  title: string;
  label: string;
  hint: string;
  /** The change, or in words why it can be none. */
  read: (text: string) => { change: SettingsChange; done: string } | string;
};

const poolPattern = /^[A-Za-z0-9._-]{1,64}$/;
const poolHint = "One or several, with commas between.";

function poolsOf(text: string): string[] | string {
  const pools = text.split(/[,\s]+/).filter((pool) => pool !== "");
  const wrong = pools.find((pool) => !poolPattern.test(pool));
  if (wrong !== undefined) return `'${wrong}' is no pool: letters, digits, dots, dashes and underlines`;
  return pools.length === 0 ? "Name a pool" : pools;
}

const wanted: Record<"add" | "remove" | "slots", Wanted> = {
  add: {
    title: "Add a pool to",
    label: "Pool",
    hint: poolHint,
    read(text) {
      const pools = poolsOf(text);
      if (typeof pools === "string") return pools;
      return { change: { addPools: pools }, done: `now in pool ${pools.join(", ")}` };
    },
  },
  remove: {
    title: "Remove a pool from",
    label: "Pool",
    hint: `${poolHint} A slave stays in at least one pool.`,
    read(text) {
      const pools = poolsOf(text);
      if (typeof pools === "string") return pools;
      return { change: { removePools: pools }, done: `no longer in pool ${pools.join(", ")}` };
    },
  },
  slots: {
    title: "Slots of",
    label: "Slots each",
    hint: "Tasks at a time, 0 to 1024. What runs goes on.",
    read(text) {
      const slots = Number(text);
      if (text.trim() === "" || !Number.isInteger(slots) || slots < 0 || slots > 1024)
        return "A whole number from 0 to 1024";
      return { change: { slots }, done: `now with ${counted(slots, "slot")} each` };
    },
  },
};

export function SelectedSlaves({
  slaves,
  clear,
  done,
}: {
  slaves: readonly Slave[];
  clear: () => void;
  done: () => void;
}) {
  const [form, setForm] = useState<Wanted>();
  const [asked, setAsked] = useState<number>();
  const count = counted(slaves.length, "slave");
  const running = slaves.reduce((sum, slave) => sum + slave.running, 0);
  const away = slaves.filter(({ state }) => state !== "online").length;
  const sick = slaves.filter(({ sickSince }) => sickSince !== null);
  const there =
    away === 0 ? "" : ` ${counted(away, "slave")} of them ${away === 1 ? "is" : "are"} away and will not answer.`;
  const tasks = `${counted(running, "task")} ${running === 1 ? "runs" : "run"} there now`;

  const change = async (wish: SettingsChange, said: string) => {
    setAsked(0);
    await changeSlaves(slaves, wish, said, setAsked);
    setAsked(undefined);
    done();
  };
  const sure = async (verb: string, text: string, wish: SettingsChange, said: string) => {
    if (await ask({ title: `${verb} ${count}?`, text: text + there, yes: `${verb} ${count}` }))
      await change(wish, said);
  };
  return (
    <section class="slaves-selected" aria-label="Selected slaves">
      <b>{count} selected</b>
      {asked !== undefined && slaves.length > 1 && <span class="muted">{`${asked} have answered`}</span>}
      <button
        type="button"
        disabled={asked !== undefined}
        onClick={() =>
          sure("Enable", "They take tasks again, also those that drain.", { enabled: true, drain: false }, "enabled")
        }
      >
        Enable
      </button>
      <button
        type="button"
        disabled={asked !== undefined}
        onClick={() =>
          sure("Disable", `They take no more tasks. ${tasks}, and end by themselves.`, { enabled: false }, "disabled")
        }
      >
        Disable
      </button>
      <button
        type="button"
        disabled={asked !== undefined}
        onClick={() =>
          sure(
            "Drain",
            `They take no more tasks, to be switched off. ${tasks}, and end first.`,
            { drain: true },
            "on the way out",
          )
        }
      >
        Drain
      </button>
      <button
        type="button"
        disabled={asked !== undefined}
        onClick={() => sure("Undrain", "They stay, and take tasks again.", { drain: false }, "staying")}
      >
        Undrain
      </button>
      <button type="button" disabled={asked !== undefined} onClick={() => setForm(wanted.add)}>
        Add pool…
      </button>
      <button type="button" disabled={asked !== undefined} onClick={() => setForm(wanted.remove)}>
        Remove pool…
      </button>
      <button type="button" disabled={asked !== undefined} onClick={() => setForm(wanted.slots)}>
        Slots…
      </button>
      {sick.length > 0 && (
        <button type="button" disabled={asked !== undefined} onClick={() => void callWell(sick).then(done)}>
          Call well
        </button>
      )}
      <button type="button" class="quiet" onClick={clear}>
        Select none
      </button>
      {form && (
        <Form
          wanted={form}
          count={count}
          there={there}
          close={() => setForm(undefined)}
          send={(wish, said) => void change(wish, said)}
        />
      )}
    </section>
  );
}

function Form({
  wanted: { title, label, hint, read },
  count,
  there,
  close,
  send,
}: {
  wanted: Wanted;
  count: string;
  there: string;
  close: () => void;
  send: (change: SettingsChange, done: string) => void;
}) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  return (
    <Dialog title={`${title} ${count}`} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const found = read(text);
          if (typeof found === "string") return setProblem(found);
          close();
          send(found.change, found.done);
        }}
      >
        <label for="slaves-wanted">{label}</label>{" "}
        <input id="slaves-wanted" value={text} onInput={(event) => setText(event.currentTarget.value)} autofocus />
        <p class="hint">{hint + there}</p>
        {problem !== "" && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <div class="choices">
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="primary">{`Change ${count}`}</button>
        </div>
      </form>
    </Dialog>
  );
}
