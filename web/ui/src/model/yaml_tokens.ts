// YAML in colours, line by line: enough for DAG files, and no parser.

export type TokenKind = "key" | "string" | "number" | "word" | "comment" | "expression" | "plain";
export interface Token {
  kind: TokenKind;
  text: string;
}

const kRules: [TokenKind, RegExp][] = [
  ["expression", /^\$\{\{.*?\}\}/],
  ["comment", /^#.*$/],
  ["string", /^"(?:[^"\\$]|\\.|\$(?!\{\{))*"?|^'(?:[^'])*'?/],
  ["key", /^[\w.$~/-][\w .$~/-]*(?=\s*:(?:\s|$))/],
  ["number", /^-?\d+(?:\.\d+)?(?=[\s,\]}]|$)/],
  ["word", /^(?:true|false|null)(?=[\s,\]}]|$)/],
];

/** A comment begins only after a blank, a key only where a value can't be. */
export function tokensOf(line: string): Token[] {
  const tokens: Token[] = [];
  const put = (kind: TokenKind, text: string) => {
    const last = tokens.at(-1);
    if (last && last.kind === kind) last.text += text;
    else tokens.push({ kind, text });
  };
  let at = 0;
  while (at < line.length) {
    const rest = line.slice(at);
    const before = at === 0 ? " " : line[at - 1]!;
    const found = kRules.find(([kind, pattern]) => {
      if (kind !== "expression" && !/[\s,[{(-]/.test(before)) return false;
      return pattern.test(rest);
    });
    const text = found ? found[1].exec(rest)![0] : rest[0]!;
    put(found && text ? found[0] : "plain", text || rest[0]!);
    at += Math.max(1, text.length);
  }
  return tokens;
}
