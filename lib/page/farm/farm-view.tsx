import type { Place } from "../place";

export function FarmView({ place: _ }: { place: Place }) {
  return <h1>Farm</h1>;
}
