import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** The title of a page: of the tab, and at its top with what can be done here. */
export function PageHead(props: {
  title: string;
  heading?: ComponentChildren; // where it is more than the title
  crumbs?: { href: string; text: string }[];
  children?: ComponentChildren; // a line below
  actions?: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${props.title} · Weir`;
  }, [props.title]);
  return (
    <header class="page-head">
      <div class="page-head-words">
        {props.crumbs && (
          <nav class="crumbs" aria-label="Where this is">
            {props.crumbs.map((crumb) => (
              <span key={crumb.href}>
                <a href={crumb.href}>{crumb.text}</a> /
              </span>
            ))}
          </nav>
        )}
        <h1>{props.heading ?? props.title}</h1>
        {props.children && <div>{props.children}</div>}
      </div>
      {props.actions && <div class="row">{props.actions}</div>}
    </header>
  );
}

/** A framed part of a page. */
export function Card(props: { title?: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren; flush?: boolean; label?: string }) {
  return (
    <section class="card" aria-label={props.label}>
      {(props.title || props.actions) && (
        <div class="card-head">
          {props.title && <h2>{props.title}</h2>}
          {props.actions && <div class="row">{props.actions}</div>}
        </div>
      )}
      {props.flush ? props.children : <div class="card-body">{props.children}</div>}
    </section>
  );
}

/** Names and values; where there is none, its name is left out. */
export function Facts({ of }: { of: [name: string, value: ComponentChildren][] }) {
  return (
    <dl class="facts">
      {of
        .filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false)
        .map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
    </dl>
  );
}

export interface TabOf {
  href: string;
  text: ComponentChildren;
}
/** Tabs are pages of their own, so that each can be linked to. */
export function Tabs({ tabs, current, label }: { tabs: TabOf[]; current: string; label: string }) {
  const frame = useRef<HTMLElement>(null);
  // A phone has no room for all: the one that is shown must be among those that are.
  useLayoutEffect(() => {
    const tab = frame.current!.querySelector<HTMLElement>("[aria-current]");
    if (tab) frame.current!.scrollLeft = tab.offsetLeft - (frame.current!.clientWidth - tab.offsetWidth) / 2;
  }, [current]);
  return (
    <nav class="tabs" aria-label={label} ref={frame}>
      {tabs.map((tab) => (
        <a key={tab.href} class="tab" href={tab.href} aria-current={tab.href === current ? "page" : undefined}>
          {tab.text}
        </a>
      ))}
    </nav>
  );
}
