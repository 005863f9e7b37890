// Signing in: the farm's token once, then a cookie that scripts cannot read.
import { useEffect, useRef, useState } from "preact/hooks";
import { farm, wordsOf } from "./farm-client";

/** The token that a link brought behind the #, which no server sees; taken out of the address at once. */
export function tokenInAddress(): string | undefined {
  const [, token] = /^#token=([^&?/]+)$/.exec(location.hash) ?? [];
  if (token === undefined) return undefined;
  history.replaceState(null, "", location.pathname);
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}

export function SignIn({ done }: { done: () => void }) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const send = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await farm.signIn(field.current!.value.trim());
      done();
    } catch (error) {
      setProblem(wordsOf(error));
      field.current?.select();
    }
    setBusy(false);
  };
  return (
    <main class="sign-in">
      <form onSubmit={send}>
        <h1>DrQueue</h1>
        <label for="token">The farm's token</label>
        <input ref={field} id="token" type="password" autocomplete="current-password" required />
        <p class="hint">
          It is in the file <code>token</code> in the master's data folder. <code>drqueue page --open</code> opens this
          page signed in.
        </p>
        {problem !== "" && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" class="primary" disabled={busy}>
          Sign in
        </button>
      </form>
    </main>
  );
}
