import { ErrorBoundary, Route, Router, useLocation } from "preact-iso";
import { useEffect, useRef, useState } from "preact/hooks";
import { connect, disconnect } from "@/api/live";
import NotFound from "@/pages/not_found";
import { kRoutes } from "@/routes";
import { Bar } from "./bar";
import { Navigation } from "./navigation";
import { Trouble } from "./trouble";

/** The frame around every page. */
export function Shell() {
  const { path } = useLocation();
  const [navOpen, setNavOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const page = useRef<HTMLElement>(null);
  useEffect(() => {
    connect();
    return disconnect;
  }, []);
  useEffect(() => setNavOpen(false), [path]);
  // The drawer of a phone: the keyboard goes in with it, and comes back when it closes.
  useEffect(() => {
    if (!navOpen) return;
    const opener = document.activeElement as HTMLElement | null;
    const links = [...frame.current!.querySelectorAll<HTMLElement>(".shell-nav a")];
    (links.find((link) => link.hasAttribute("aria-current")) ?? links[0]!).focus();
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && (setNavOpen(false), opener?.focus());
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [navOpen]);
  // The link that led here went with its page: the keyboard goes on in the new one, not at the top of everything.
  const keepFocus = () => {
    if (document.activeElement === document.body) page.current!.focus({ preventScroll: true });
  };
  return (
    <div class="shell" ref={frame} data-nav={navOpen ? "open" : "closed"}>
      <a class="skip-link" href="#page" onClick={(event) => (event.preventDefault(), page.current?.focus())}>
        To the content
      </a>
      <Navigation path={path} />
      {navOpen && <button type="button" class="shell-curtain" aria-label="Close the navigation" onClick={() => setNavOpen(false)} />}
      <Bar onMenu={() => setNavOpen(true)} />
      <main class="shell-page" id="page" ref={page} tabIndex={-1}>
        <Trouble />
        <ErrorBoundary>
          <Router onRouteChange={keepFocus}>
            {[
              ...kRoutes.map((route) => <Route key={route.path} path={route.path} component={route.page} />),
              <Route key="none" default component={NotFound} />,
            ]}
          </Router>
        </ErrorBoundary>
      </main>
    </div>
  );
}
