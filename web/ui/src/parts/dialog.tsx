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
  const sending = useRef(false);
  const pressed = useRef<EventTarget | null>(null);
  // Not after the next paint: what is typed until then would be lost.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element?.open) element?.showModal?.();
    return () => element?.close?.();
  }, []);
  // Enter, pressed twice, means it once.
  const submit = async (event: Event) => {
    event.preventDefault();
    if (sending.current) return;
    sending.current = true;
    try {
      await props.onSubmit?.();
    } finally {
      sending.current = false;
    }
  };
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
      // Words that are marked with the mouse may end beside the dialog: only a press that begins there closes it.
      onPointerDown={(event) => (pressed.current = event.target)}
      onClick={(event) => event.target === dialog.current && pressed.current === dialog.current && props.onClose()}>
      {props.onSubmit ? <form onSubmit={submit}>{content}</form> : content}
    </dialog>
  );
}
