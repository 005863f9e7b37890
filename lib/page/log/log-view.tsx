import type { Place } from "../place";

export function LogView({ place: _ }: { place: Place }) {
  return <h1>Log</h1>;
}
