import type { Place } from "../place";

export function SlaveView({ place: _ }: { place: Place }) {
  return <h1>Slave</h1>;
}
