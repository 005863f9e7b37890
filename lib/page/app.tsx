// The frame round all views: who is signed in, where one is, whether what is shown is fresh.
import { useEffect, useState } from "preact/hooks";
import { Asked } from "./asked";
import { Broken } from "./broken";
import { farm } from "./farm-client";
import { Freshness } from "./freshness";
import { KeyList, listenToKeys, useKeys } from "./keys";
import { live, useHearing } from "./live";
import { goTo, hrefOf, usePlace } from "./place";
import { SignIn, tokenInAddress } from "./sign-in";
import { nextTheme, useTheme } from "./theme";
import { Tellings } from "./told";
import { viewOf, views } from "./views";

/** All of the page. */
export function App() {
  const [signedIn, setSignedIn] = useState<boolean>();
  useEffect(() => {
    const out = () => setSignedIn(false);
    window.addEventListener("drqueue:signed-out", out);
    const begin = async (token: string | undefined) => {
      if (token !== undefined) await farm.signIn(token).catch(() => {});
      setSignedIn(true);
    };
    void begin(tokenInAddress());
    // A link may be put into the address of a page that is there already.
    const moved = () => {
      const token = tokenInAddress();
      if (token !== undefined) void begin(token);
    };
    window.addEventListener("hashchange", moved);
    return () => {
      window.removeEventListener("drqueue:signed-out", out);
      window.removeEventListener("hashchange", moved);
    };
  }, []);
  if (signedIn === undefined) return null;
  return signedIn ? <Signed signOut={() => setSignedIn(false)} /> : <SignIn done={() => setSignedIn(true)} />;
}

function Signed({ signOut }: { signOut: () => void }) {
  const hearing = useHearing();
  const place = usePlace();
  const [theme, setTheme] = useTheme();
  const [showsKeys, setShowsKeys] = useState(false);
  useEffect(() => live.start(), []);
  useEffect(listenToKeys, []);
  useEffect(() => {
    if (hearing.state === "signedOut") signOut();
  }, [hearing.state]);
  useKeys([
    { key: "?", does: "These keys", act: () => setShowsKeys(true) },
    ...views.map(({ name, title, key }) => ({ key, does: `To ${title}`, act: () => goTo(hrefOf([name])) })),
  ]);
  const view = viewOf(place);
  useEffect(() => {
    document.title = `${view.titleOf?.(place) ?? view.title} · DrQueue`;
  }, [place]);
  const { Show } = view;
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById("content")?.focus()}>
        To the content
      </button>
      <header class="top">
        <span class="brand">DrQueue</span>
        <nav aria-label="Views">
          {views.map(({ name, title }) => (
            <a key={name} href={hrefOf([name])} aria-current={view.name === name ? "page" : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <div class="aside">
          <Freshness />
          <button type="button" class="quiet" onClick={() => setTheme(nextTheme(theme))} title="Light or dark">
            {theme === "auto" ? "Auto" : theme === "light" ? "Light" : "Dark"}
          </button>
          <button type="button" class="quiet" onClick={() => setShowsKeys(true)} aria-label="Keys">
            ?
          </button>
          <button
            type="button"
            class="quiet"
            onClick={async () => {
              await farm.signOut().catch(() => {});
              signOut();
            }}
          >
            Sign out
          </button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <Broken key={place.path.slice(0, 2).join("/")}>
          <Show place={place} />
        </Broken>
      </main>
      <Tellings />
      <Asked />
      {showsKeys && <KeyList close={() => setShowsKeys(false)} />}
    </>
  );
}
