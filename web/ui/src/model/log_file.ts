// A log as the browser holds it: a bounded part of a file that may be larger than memory and may still grow. Pure; the viewer
// reads the bytes.

/** So much of a log is held at once; the rest is read when it is scrolled to. */
export const kHeld = 4 << 20;
/** And so much is asked for at a time. */
export const kPiece = 512 << 10;

export interface LogPart {
  start: number; // of the text, in bytes of the file
  end: number;
  text: Uint8Array;
}

const kNewline = 10;

export const emptyPart = (at: number): LogPart => ({ start: at, end: at, text: new Uint8Array(0) });

function join(left: Uint8Array, right: Uint8Array): Uint8Array {
  const whole = new Uint8Array(left.length + right.length);
  whole.set(left);
  whole.set(right, left.length);
  return whole;
}

/** What follows the part was read. Its beginning goes when the whole is too long: at a line's start. */
export function append(part: LogPart, bytes: Uint8Array): LogPart {
  const text = join(part.text, bytes);
  const end = part.end + bytes.length;
  if (text.length <= kHeld) return { start: part.start, end, text };
  const cut = text.indexOf(kNewline, text.length - kHeld) + 1 || text.length - kHeld;
  return { start: part.start + cut, end, text: text.slice(cut) };
}

/** What stands before the part was read. Its end goes when the whole is too long: after a line's end. */
export function prepend(part: LogPart, bytes: Uint8Array): LogPart {
  const text = join(bytes, part.text);
  const start = part.start - bytes.length;
  if (text.length <= kHeld) return { start, end: part.end, text };
  const cut = text.lastIndexOf(kNewline, kHeld) + 1 || kHeld;
  return { start, end: start + cut, text: text.slice(0, cut) };
}

/** A part that begins in the middle of a line begins after it, unless it is all one line. */
export function fromLineStart(part: LogPart): LogPart {
  if (part.start === 0) return part;
  const cut = part.text.indexOf(kNewline) + 1;
  return cut === 0 ? part : { start: part.start + cut, end: part.end, text: part.text.slice(cut) };
}

/** The lines of the part; a last one without its break is a line as well. */
export function linesOf(part: LogPart): string[] {
  const lines = new TextDecoder().decode(part.text).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
