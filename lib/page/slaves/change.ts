// Changes of slaves' settings: one or many, through their own ports, with the way back.
import type { SettingsChange, Slave } from "../../client";
import { farm, wordsOf } from "../farm-client";
import { attempt, tell } from "../told";
import { counted } from "../words";
import { undoOf } from "./settings-text";

/** Slaves that are asked at a time. */
const atATime = 8;

/** A change and the slave it is for. */
type Wish = { slave: Slave; change: SettingsChange };

/** Changes slaves and tells what came of it: `done` is what is said of them, as `disabled`. Returns whether all took it. */
export async function changeSlaves(
  slaves: readonly Slave[],
  change: SettingsChange,
  done: string,
  progress: (asked: number) => void = () => {},
): Promise<boolean> {
  const { changed, failed } = await each(
    slaves.map((slave) => ({ slave, change })),
    progress,
  );
  const back = changed.map(({ slave }) => ({ slave, change: undoOf(change, slave.settings) }));
  const undo = async () => {
    const { failed } = await each(back);
    tell(
      failed.length === 0
        ? { text: `Taken back: ${nameOf(slaves)} as before` }
        : { text: `Not taken back for ${listed(failed)}`, bad: true },
    );
  };
  if (changed.length > 0) tell({ text: `${nameOf(changed.map(({ slave }) => slave))} ${done}`, undo });
  if (failed.length > 0) tell({ text: `Not changed: ${listed(failed)}`, bad: true });
  return failed.length === 0;
}

async function each(wishes: readonly Wish[], progress: (asked: number) => void = () => {}) {
  const changed: Wish[] = [];
  const failed: { slave: Slave; error: unknown }[] = [];
  const left = wishes.values();
  const work = async () => {
    for (const wish of left) {
      try {
        await farm.changeSlave(`${wish.slave.id}`, wish.change);
        changed.push(wish);
      } catch (error) {
        failed.push({ slave: wish.slave, error });
      }
      progress(changed.length + failed.length);
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return { changed, failed };
}

function nameOf(slaves: readonly Slave[]): string {
  return slaves.length === 1 ? slaves[0]!.name : counted(slaves.length, "slave");
}

function listed(failed: readonly { slave: Slave; error: unknown }[]): string {
  const [first] = failed as [{ slave: Slave; error: unknown }];
  const one = `${first.slave.name}: ${wordsOf(first.error)}`;
  return failed.length === 1 ? one : `${counted(failed.length, "slave")}, such as ${one}`;
}

/** Calls slaves well that were set aside as sick. */
export async function callWell(slaves: readonly Slave[]): Promise<void> {
  await attempt(async () => {
    for (const { id } of slaves) await farm.clearSlave(`${id}`);
    tell({ text: `${nameOf(slaves)} may work again` });
  });
}
