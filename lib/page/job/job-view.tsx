import type { Place } from "../place";

export function JobView({ place: _ }: { place: Place }) {
  return <h1>Job</h1>;
}
