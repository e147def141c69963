import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./button";

/** A modal dialog: the browser keeps the focus inside, and Escape closes it. Render it only while it is open. */
export function Dialog(props: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  actions?: ComponentChildren;
  wide?: boolean;
  /** With it, the whole is a form, and Enter submits it. */
  onSubmit?: () => unknown;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Not after the next paint: what is typed until then would be lost.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element?.open) element?.showModal?.();
    return () => element?.close?.();
  }, []);
  const content = (
    <>
      <div class="dialog-head">
        <h2 id={titleId}>{props.title}</h2>
        <Button kind="quiet" icon="cross" label="Close" onClick={props.onClose} />
      </div>
      <div class="dialog-body">{props.children}</div>
      {props.actions && <div class="dialog-foot">{props.actions}</div>}
    </>
  );
  return (
    <dialog ref={dialog} class={`dialog ${props.wide ? "wide" : ""}`} aria-labelledby={titleId} onCancel={(event) => (event.preventDefault(), props.onClose())}
      onClick={(event) => event.target === dialog.current && props.onClose()}>
      {props.onSubmit ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void props.onSubmit?.();
          }}
        >
          {content}
        </form>
      ) : (
        content
      )}
    </dialog>
  );
}
