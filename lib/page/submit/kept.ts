// What a person has written and not yet submitted, kept over a reload of the page; and their name, kept in this browser.
import type { Draft } from "./draft";

const draftKey = "drqueue.submit";
const ownerKey = "drqueue.owner";

/** The draft that was made of this job, or of none; undefined when there is no such. */
export function keptDraft(from: number | undefined): Draft | undefined {
  try {
    const { draft, ...kept } = JSON.parse(sessionStorage.getItem(draftKey) ?? "{}") as { from?: number; draft?: Draft };
    return kept.from === from ? draft : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it; undefined forgets it. */
export function keepDraft(from: number | undefined, draft: Draft | undefined): void {
  try {
    if (draft === undefined) sessionStorage.removeItem(draftKey);
    else sessionStorage.setItem(draftKey, JSON.stringify({ from, draft }));
  } catch {
    // A browser that keeps nothing, or has no room: it is written again after a reload.
  }
}

export function keptOwner(): string {
  return localStorage.getItem(ownerKey) ?? "";
}

export function keepOwner(owner: string): void {
  localStorage.setItem(ownerKey, owner);
}
