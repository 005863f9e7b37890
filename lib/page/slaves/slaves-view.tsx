import type { Place } from "../place";

export function SlavesView({ place: _ }: { place: Place }) {
  return <h1>Slaves</h1>;
}
