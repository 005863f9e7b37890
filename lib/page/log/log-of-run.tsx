// The log of one run: what is shown of it, followed and looked for.
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import type { OutputRules } from "../../rules";
import { wordsOf } from "../farm-client";
import { useKeys } from "../keys";
import { goTo, hrefOf, type Place } from "../place";
import { tell } from "../told";
import { FindField } from "./find-field";
import type { LogName } from "./looking";
import { Rows, type RowsHold } from "./rows";
import { Slider } from "./slider";
import { Tools } from "./tools";
import { useErrors } from "./use-errors";
import { useFollowed } from "./use-followed";
import { useSearch } from "./use-search";

/** `open`: whether the run still writes. `rules`: what the job says of its output, once that is known. `again`: reads anew how the run is. */
export type LogOfRunProps = {
  log: LogName;
  open: boolean;
  rules: OutputRules | undefined;
  query: Place["query"];
  again: () => void;
};

const keptWrap = "drqueue.log.wrap";

export function LogOfRun({ log, open, rules, query, again }: LogOfRunProps) {
  const changed = useRedraw();
  const hold = useRef<RowsHold>(null);
  const field = useRef<HTMLInputElement>(null);
  const [wrap, setWrap] = useState(() => localStorage.getItem(keptWrap) === "yes");
  const [current, setCurrent] = useState<number>();
  const slide = useRef<(top: number) => void>(null);
  const place = /^\d{1,15}$/.test(query.at ?? "") ? Number(query.at) : undefined;
  const { reader, follows, setFollows, retry } = useFollowed(log, open, place === undefined, changed, again);
  const { window, size, problem } = reader;

  const show = async (at: number, where: "top" | "middle" = "middle") => {
    setFollows(false);
    const sight = hold.current?.sight();
    if (where === "middle" && sight && at >= sight.first && at <= sight.last) return;
    const isHere = window.count > 0 && at >= window.line(0).at && at < window.to;
    if (!isHere && !(await reader.go(at))) return;
    hold.current?.show(at, where);
  };
  const mark = (at: number) => {
    setCurrent(at);
    return show(at);
  };
  const toEnd = async () => {
    if (reader.has("after")) await reader.go("end");
    setFollows(true);
  };
  const seeker = { size: () => reader.size ?? 0, sight: () => hold.current?.sight(), show: mark, changed };
  const { search, find, leave } = useSearch(log, query.find ?? "", seeker, size !== undefined);
  const errors = useErrors(log, rules, seeker);
  const keepWrap = () => {
    localStorage.setItem(keptWrap, wrap ? "no" : "yes");
    setWrap(!wrap);
  };
  const href = hrefOf(["jobs", log.job, "log", log.frame], { attempt: log.attempt, find: query.find });
  const hrefOfLine = (at: number) => `${href}&at=${at}`;
  const link = () => {
    const line = current ?? hold.current?.sight()?.first ?? 0;
    setCurrent(line);
    goTo(hrefOfLine(line), { replace: true });
    // Browsers let pages write there only over https and on the machine itself.
    const written = navigator.clipboard?.writeText(location.href) ?? Promise.reject();
    written.then(
      () => tell({ text: "The link to this line is copied" }),
      () => tell({ text: "The address of this page now leads to this line" }),
    );
  };

  useEffect(() => {
    if (place === undefined) return;
    void mark(place);
    hold.current?.focus();
  }, [place]);
  useEffect(() => {
    if (document.activeElement === document.body) hold.current?.focus();
  }, []);
  useKeys([
    { key: "g", does: "To the beginning", act: () => void show(0, "top") },
    { key: "Home", does: "", act: () => void show(0, "top") },
    { key: "G", does: "To the end", act: toEnd },
    { key: "End", does: "", act: toEnd },
    { key: "/", does: "Find in the whole log", act: () => field.current?.select() },
    { key: "n", does: "Next line that was found", act: () => search?.go(1) },
    { key: "N", does: "The one before", act: () => search?.go(-1) },
    { key: "e", does: "First error, then the next", act: () => void errors.next() },
    { key: "f", does: "Follow the end, or not", act: () => (follows ? setFollows(false) : void toEnd()) },
    { key: "w", does: "Wrap long lines, or not", act: keepWrap },
  ]);

  return (
    <>
      <div class="log-bar">
        <FindField field={field} wanted={query.find ?? ""} search={search} find={find} leave={leave} />
        <Tools
          log={log}
          size={size}
          open={open}
          follows={follows}
          wrap={wrap}
          errors={errors}
          toStart={() => void show(0, "top")}
          toEnd={toEnd}
          toError={() => void errors.next()}
          follow={() => (follows ? setFollows(false) : void toEnd())}
          setWrap={keepWrap}
          link={link}
        />
      </div>
      {problem !== undefined && (
        <p class="problem log-problem" role="alert">
          {wordsOf(problem)}{" "}
          <button type="button" onClick={() => void retry(hold.current?.sight()?.first ?? 0)}>
            Try again
          </button>
        </p>
      )}
      <div class="log-body">
        <Rows
          reader={reader}
          wrap={wrap}
          follows={follows}
          setFollows={setFollows}
          current={current}
          judged={[errors.search?.judged, search?.judged]}
          hrefOfLine={hrefOfLine}
          hold={hold}
          moved={() => slide.current?.(hold.current?.sight()?.first ?? 0)}
        />
        <Slider size={size ?? 0} slide={slide} go={(to) => void show(to, "top")} left={() => hold.current?.focus()} />
      </div>
    </>
  );
}

/** Draws anew, once a frame at most. */
function useRedraw(): () => void {
  const [, again] = useReducer((times: number) => times + 1, 0);
  const asked = useRef(0);
  useEffect(() => () => cancelAnimationFrame(asked.current), []);
  const [redraw] = useState(() => () => {
    asked.current ||= requestAnimationFrame(() => {
      asked.current = 0;
      again(undefined);
    });
  });
  return redraw;
}
