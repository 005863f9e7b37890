// The views of the page: what they are called, where they are, and what shows them.
import type { FunctionComponent } from "preact";
import { FarmView } from "./farm/farm-view";
import { JobView } from "./job/job-view";
import { JobsView } from "./jobs/jobs-view";
import { LogView } from "./log/log-view";
import { PicturesView } from "./pictures/pictures-view";
import type { Place } from "./place";
import { SlaveView } from "./slaves/slave-view";
import { SlavesView } from "./slaves/slaves-view";
import { SubmitView } from "./submit/submit-view";

/** `name`: the first word of its place; `titleOf`: what the window is called there, if not like the view. */
export type View = {
  name: string;
  title: string;
  titleOf?: (place: Place) => string;
  Show: FunctionComponent<{ place: Place }>;
};

/** Those that stand at the top, with the keys that go there. */
export const views: readonly (View & { key: string })[] = [
  { name: "farm", title: "Farm", key: "F", Show: FarmView },
  { name: "jobs", title: "Jobs", key: "J", Show: JobsView },
  { name: "slaves", title: "Slaves", key: "S", Show: SlavesView },
  { name: "submit", title: "Submit", key: "N", Show: SubmitView },
];

/** The view of a place; that of the farm where it has none. */
export function viewOf({ path: [first, second, third] }: Place): View {
  if (first === "jobs" && second !== undefined) {
    const title = `Job ${second}`;
    if (third === "log")
      return { name: "jobs", title, titleOf: ({ path }) => `${path[3] ?? "Log"} of job ${second}`, Show: LogView };
    if (third === "pictures")
      return { name: "jobs", title, titleOf: () => `Pictures of job ${second}`, Show: PicturesView };
    return { name: "jobs", title, Show: JobView };
  }
  if (first === "slaves" && second !== undefined) return { name: "slaves", title: second, Show: SlaveView };
  return views.find(({ name }) => name === first) ?? views[0]!;
}
