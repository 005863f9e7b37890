import type { Place } from "../place";

export function SubmitView({ place: _ }: { place: Place }) {
  return <h1>Submit</h1>;
}
