// Submitting a job: the choice of a kind, then its form; or a job of the farm once more, with changes.
import { farm, wordsOf } from "../farm-client";
import { hrefOf, type Place } from "../place";
import { useRead } from "../read";
import { Chooser } from "./chooser";
import { draftOf, nothing } from "./draft";
import { Form } from "./form";
import { keptDraft, keptOwner } from "./kept";
import "./submit.css";

export function SubmitView({ place: { query } }: { place: Place }) {
  const from = /^\d{1,9}$/.test(query.again ?? "") ? Number(query.again) : undefined;
  const kinds = useRead(() => farm.kinds(), ["kinds"]);
  const job = useRead(from === undefined ? undefined : () => farm.exportJob(from), ["export", from]);
  const problem = kinds.value ? (job.value ? undefined : job.error) : kinds.error;
  if (problem !== undefined)
    return (
      <>
        <h1>Submit</h1>
        <p class="problem" role="alert">
          {wordsOf(problem)}
        </p>
        <button type="button" onClick={from === undefined ? kinds.again : job.again}>
          Try again
        </button>
      </>
    );
  if (!kinds.value || (from !== undefined && !job.value)) return <h1>Submit</h1>;
  const name = from === undefined ? query.kind : job.value!.kind;
  if (from === undefined && name === undefined && query.command === undefined) return <Chooser kinds={kinds.value} />;
  const kind = kinds.value.find((one) => one.name === name);
  if (name !== undefined && !kind)
    return (
      <>
        <h1>Submit</h1>
        <p class="problem" role="alert">
          This farm has no kind of job called '{name}'.
        </p>
        <a href={hrefOf(["submit"])}>Choose another</a>
      </>
    );
  const before = () =>
    keptDraft(from) ?? (job.value ? draftOf(job.value, kind) : { ...nothing, texts: { owner: keptOwner() } });
  return <Form key={`${from ?? ""} ${name ?? ""}`} kind={kind} from={from} before={before} />;
}
