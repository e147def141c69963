import { cleanup } from "@testing-library/preact";
import { afterEach, vi } from "vitest";

// What jsdom lacks of a browser.
window.matchMedia ??= (query: string) => ({ matches: false, media: query, addEventListener: () => {}, removeEventListener: () => {} }) as never;
HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
  this.open = false;
};

afterEach(() => {
  cleanup();
  localStorage.clear();
  history.replaceState(null, "", "/");
  vi.restoreAllMocks();
});
