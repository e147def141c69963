import { fireEvent, render, screen } from "@testing-library/preact";
import { expect, it, vi } from "vitest";
import { Dialog } from "@/parts/dialog";

it("what is sent by Enter is not sent again until it is answered", async () => {
  let answer = () => {};
  const send = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)));
  render(<Dialog title="Note" onClose={() => {}} onSubmit={send}><input aria-label="words" /></Dialog>);
  const form = screen.getByLabelText("words").closest("form")!;
  fireEvent.submit(form);
  fireEvent.submit(form);
  expect(send).toHaveBeenCalledTimes(1);
  answer();
  await Promise.resolve();
  await Promise.resolve();
  fireEvent.submit(form);
  expect(send).toHaveBeenCalledTimes(2);
});

it("a press beside the dialog closes it, but not one that began inside", () => {
  const close = vi.fn();
  render(<Dialog title="Note" onClose={close}><input aria-label="words" /></Dialog>);
  const dialog = screen.getByLabelText("words").closest("dialog")!;
  fireEvent.pointerDown(screen.getByLabelText("words"));
  fireEvent.click(dialog);
  expect(close).not.toHaveBeenCalled();
  fireEvent.pointerDown(dialog);
  fireEvent.click(dialog);
  expect(close).toHaveBeenCalledTimes(1);
});
