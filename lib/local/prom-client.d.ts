// The parts of prom-client that are used, each by its own file: its index loads a cluster mode and a push gateway as well, with all of
// Node's HTTP, 11 MB that a slave has no use for.
declare module "prom-client/lib/registry" {
  import { Registry } from "prom-client";
  export default Registry;
}
declare module "prom-client/lib/counter" {
  import { Counter } from "prom-client";
  export default Counter;
}
declare module "prom-client/lib/gauge" {
  import { Gauge } from "prom-client";
  export default Gauge;
}
declare module "prom-client/lib/histogram" {
  import { Histogram } from "prom-client";
  export default Histogram;
}
declare module "prom-client/lib/metrics/*" {
  import type { Registry } from "prom-client";

  const add: (registry: Registry) => void;
  export default add;
}
