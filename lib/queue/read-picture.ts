// Where the picture of a frame is.
import { eq } from "drizzle-orm";
import { job as jobs } from "../../schema";
import { pictureOf } from "../pictures";
import { taskOfFrame } from "../tasks";
import { layoutOf, unknownJob } from "./job";
import type { Queue } from "./open";
import { Refusal } from "./refusal";

/** `path` as the farm writes it. `slave`: which did the frame last; undefined where none has. */
export type PicturePlace = {
  path: string;
  slave: { id: number; name: string; address: string; port: number; state: string } | undefined;
};

/** Finds the picture of a frame. Throws a Refusal when there is no such frame, or nobody says where the job's pictures are. */
export async function findPicture(queue: Queue, id: number, frame: number): Promise<PicturePlace> {
  const [row] = await queue.db
    .select({
      pictures: jobs.pictures,
      pad: jobs.pad,
      spans: jobs.spans,
      fillOrder: jobs.fillOrder,
      block: jobs.block,
    })
    .from(jobs)
    .where(eq(jobs.id, id));
  if (!row) throw unknownJob(id);
  const task = taskOfFrame(layoutOf(row), frame);
  if (task === undefined) throw new Refusal("unknown", `job ${id} has no frame ${frame}`);
  if (row.pictures === null)
    throw new Refusal(
      "unknown",
      `job ${id} does not say where its pictures are: drqueue set-job ${id} --output /mnt/x/shot.####.png`,
    );
  const path = pictureOf(row.pictures, frame, row.pad);
  if (path === undefined) throw new Refusal("unknown", `the path of the picture of frame ${frame} is too long`);
  const [slave] = await queue.sql`
    select slave.id, slave.name, slave.address, slave.port, slave.state from run join slave on slave.id = run.slave
    where run.job = ${id} and run.task = ${task}
    order by run.outcome is not distinct from 'finished' desc, run.attempt desc limit 1`;
  return { path, slave: slave as PicturePlace["slave"] };
}
