// Which columns the list of jobs has.
import { Dialog } from "../asked";
import { type Column, columns, usualColumns } from "./columns";

type ChoiceProps = { shown: readonly Column[]; choose: (names: readonly string[]) => void; close: () => void };

export function ColumnChoice({ shown, choose, close }: ChoiceProps) {
  const names = shown.map(({ name }) => name);
  return (
    <Dialog title="Columns" close={close}>
      <div class="jobs-columns">
        {columns.map(({ name, title }) => {
          const isShown = names.includes(name);
          return (
            <label key={name}>
              <input
                type="checkbox"
                checked={isShown}
                // One at least, or there were nothing to look at.
                disabled={isShown && names.length === 1}
                onChange={() => choose(isShown ? names.filter((one) => one !== name) : [...names, name])}
              />
              {title}
            </label>
          );
        })}
      </div>
      <div class="choices">
        <button type="button" onClick={() => choose(usualColumns)}>
          As usual
        </button>
        <button type="button" class="primary" onClick={close} autofocus>
          Close
        </button>
      </div>
    </Dialog>
  );
}
