// The colours that programs write into their logs: SGR sequences of ECMA-48 become spans, all other sequences vanish.

export interface Style {
  color: number | null; // 0 to 15, of the terminal's palette
  bold: boolean;
  faint: boolean;
  underline: boolean;
}
export interface Span extends Style {
  text: string;
}

export const kPlain: Style = { color: null, bold: false, faint: false, underline: false };

// CSI … final, OSC … BEL or ST, and the two-character escapes.
const kSequence = /\x1b(?:\[([0-9;:]*)([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g;

function apply(style: Style, parameters: string): Style {
  let next = { ...style };
  const codes = parameters.split(/[;:]/).map(Number);
  for (let i = 0; i < codes.length; ++i) {
    const code = codes[i]!;
    if (code === 0) next = { ...kPlain };
    else if (code === 1) next.bold = true;
    else if (code === 2) next.faint = true;
    else if (code === 4) next.underline = true;
    else if (code === 22) next.bold = next.faint = false;
    else if (code === 24) next.underline = false;
    else if (code >= 30 && code <= 37) next.color = code - 30;
    else if (code >= 90 && code <= 97) next.color = code - 90 + 8;
    else if (code === 39) next.color = null;
    else if (code === 38 || code === 48) {
      // 5;n is of 256 colours, of which the first 16 are the palette; 2;r;g;b is any. Both are shown without colour beyond those.
      if (codes[i + 1] === 5) {
        if (code === 38) next.color = codes[i + 2]! < 16 ? codes[i + 2]! : null;
        i += 2;
      } else if (codes[i + 1] === 2) i += 4;
    }
  }
  return next;
}

/** One line, and the style in which the next one begins. What a carriage return writes over is left out. */
export function parseAnsi(line: string, style: Style = kPlain): { spans: Span[]; style: Style } {
  const spans: Span[] = [];
  const put = (text: string) => {
    const visible = text.replace(/[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]/g, "");
    if (visible) spans.push({ ...style, text: visible });
  };
  const whole = line.replace(/\r+$/, "");
  const shown = whole.slice(whole.lastIndexOf("\r") + 1);
  let at = 0;
  for (const found of shown.matchAll(kSequence)) {
    put(shown.slice(at, found.index));
    at = found.index + found[0].length;
    if (found[2] === "m") style = apply(style, found[1] ?? "");
  }
  put(shown.slice(at));
  return { spans, style };
}
