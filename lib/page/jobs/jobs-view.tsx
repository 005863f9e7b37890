import type { Place } from "../place";

export function JobsView({ place: _ }: { place: Place }) {
  return <h1>Jobs</h1>;
}
