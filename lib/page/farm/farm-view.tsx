// The farm at a glance: how it is, what needs a person, how it was.
import { farm, wordsOf } from "../farm-client";
import type { News } from "../live";
import type { Place } from "../place";
import { useRead } from "../read";
import { Empty, isEmpty } from "./empty";
import "./farm.css";
import { JobCounts, SlaveCounts, Slots } from "./now";
import { Past } from "./past";
import { Trouble } from "./trouble";

// A master looks at most once a second: who asks later is told what it was told to look for.
const often = { everyMs: 5000, restMs: 1500 };

/** How far jobs are comes every second, and is read every few seconds anyway. */
const isNews = ({ type }: News) => type !== "job.progress";

export function FarmView({ place }: { place: Place }) {
  const now = useRead(farm.farm, ["farm"], { on: isNews, ...often });
  const attention = useRead(farm.attention, ["attention"], { on: isNews, ...often });
  if (!now.value)
    return (
      <>
        <h1 class="visually-hidden">Farm</h1>
        {now.error !== undefined && <p class="problem">{wordsOf(now.error)}</p>}
      </>
    );
  return (
    <div class="farm">
      <h1 class="visually-hidden">Farm</h1>
      {isEmpty(now.value) && <Empty now={now.value} />}
      <Slots now={now.value} />
      <JobCounts now={now.value} />
      <SlaveCounts now={now.value} />
      <Trouble attention={attention} />
      <Past hours={place.query.hours} />
    </div>
  );
}
