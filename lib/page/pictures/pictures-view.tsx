import type { Place } from "../place";

export function PicturesView({ place: _ }: { place: Place }) {
  return <h1>Pictures</h1>;
}
