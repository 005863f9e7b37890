// The lines of a log that are errors: marked where they are in sight, counted and gone to when a person asks for them.
import { useEffect, useState } from "preact/hooks";
import type { OutputRules } from "../../rules";
import { rulesOf, suspicions } from "./errors";
import type { LogName } from "./looking";
import { Search, type Seeker } from "./search";
import { useGrowth } from "./use-search";

/** `rules`: what the job says of its output, once that is known. */
export function useErrors(log: LogName, rules: OutputRules | undefined, seeker: Seeker) {
  const [errors, setErrors] = useState<{ search: Search; begun: boolean; isGuess: boolean }>();
  const shape = JSON.stringify(rules);
  useEffect(() => {
    if (rules) setErrors({ search: new Search(log, { rules: rulesOf(rules) }, seeker), begun: false, isGuess: false });
  }, [shape]);
  useEffect(() => () => errors?.search.close(), [errors?.search]);
  useGrowth(errors?.search);

  return {
    /** `isGuess`: no line is what the job calls an error, and others are shown that may tell of one. */
    ...errors,
    /** To the first one, and then to the next. */
    async next(): Promise<void> {
      if (!errors || !rules) return;
      if (errors.begun) return errors.search.go(1);
      setErrors({ ...errors, begun: true });
      await errors.search.begin(0);
      if (!errors.search.isVain) return;
      const guess = new Search(log, { rules: suspicions(rules) }, seeker);
      setErrors({ search: guess, begun: true, isGuess: true });
      await guess.begin(0);
    },
  };
}
