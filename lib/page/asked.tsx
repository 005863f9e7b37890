// What the page asks before it does what cannot be taken back: a dialog, answered by keys as well.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef } from "preact/hooks";

/** `yes`: the word on the button that does it; `text` says the numbers. */
export type Question = { title: string; text: ComponentChildren; yes: string; danger?: boolean };

let open: { question: Question; answer: (yes: boolean) => void } | undefined;
let changed = () => {};

/** Asks, and waits for the answer. */
export function ask(question: Question): Promise<boolean> {
  open?.answer(false);
  return new Promise((resolve) => {
    open = {
      question,
      answer(yes) {
        open = undefined;
        changed();
        resolve(yes);
      },
    };
    changed();
  });
}

/** Where it is asked. */
export function Asked() {
  const [, again] = useReducer((times: number) => times + 1, 0);
  useEffect(() => {
    changed = () => again(undefined);
    return () => {
      changed = () => {};
    };
  }, []);
  if (!open) return null;
  const { question, answer } = open;
  return (
    <Dialog title={question.title} close={() => answer(false)}>
      <div class="question">{question.text}</div>
      <div class="choices">
        <button type="button" onClick={() => answer(false)}>
          Cancel
        </button>
        <button type="button" class={question.danger ? "danger" : "primary"} onClick={() => answer(true)} autofocus>
          {question.yes}
        </button>
      </div>
    </Dialog>
  );
}

/** A dialog over the page: Escape closes it, and the keys stay in it. */
export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  // At once: a key that is pressed next is meant for it.
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    return () => before?.focus?.();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
