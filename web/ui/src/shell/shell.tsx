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
  const page = useRef<HTMLElement>(null);
  useEffect(() => {
    connect();
    return disconnect;
  }, []);
  useEffect(() => setNavOpen(false), [path]);
  return (
    <div class="shell" data-nav={navOpen ? "open" : "closed"}>
      <a class="skip-link" href="#page" onClick={(event) => (event.preventDefault(), page.current?.focus())}>
        To the content
      </a>
      <Navigation path={path} />
      {navOpen && <button type="button" class="shell-curtain" aria-label="Close the navigation" onClick={() => setNavOpen(false)} />}
      <Bar onMenu={() => setNavOpen(true)} />
      <main class="shell-page" id="page" ref={page} tabIndex={-1}>
        <Trouble />
        <ErrorBoundary>
          <Router>
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
