// Turns the folder that Vite wrote into one C++ file and one blob beside it: each file plain, with gzip and with brotli.
//
//     node pack.mjs FOLDER bundle.cpp bundle.blob
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const types = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

const [folder, source, blob] = process.argv.slice(2);
const text = (value) => JSON.stringify(value);
const filesBelow = (path) =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(path, entry.name)) : [join(path, entry.name)],
  );

const bytes = [];
let size = 0;
// The C++ for a piece of the blob that this becomes.
function keep(content) {
  const view = `{weir_pages_blob + ${size}, ${content.length}}`;
  bytes.push(content);
  size += content.length;
  return view;
}

const rows = filesBelow(folder)
  .map((file) => ({ file, path: "/" + relative(folder, file).split(sep).join("/") }))
  .sort((left, right) => (left.path < right.path ? -1 : 1))
  .map(({ file, path }) => {
    const type = types[extname(path)];
    if (!type) throw new Error(`${path}: pack.mjs knows no Content-Type for ${extname(path)}; add it to the table there`);
    const plain = readFileSync(file);
    const gzip = gzipSync(plain, { level: 9 });
    const brotli = brotliCompressSync(plain, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
    });
    const ifSmaller = (packed) => (packed.length < plain.length * 0.95 ? keep(packed) : "{}");
    const hash = createHash("sha256").update(plain).digest("hex").slice(0, 20);
    // Vite puts a hash into the name of each file below assets/.
    const immutable = path.startsWith("/assets/");
    return `    {${text(path)}, ${text(type)}, ${text(hash)}, ${immutable}, ${keep(plain)}, ${ifSmaller(gzip)}, ${ifSmaller(brotli)}},`;
  });
if (!rows.some((row) => row.startsWith('    {"/index.html"'))) throw new Error(`${folder} holds no index.html`);

writeFileSync(blob, Buffer.concat(bytes));
writeFileSync(
  source,
  `// Made by web/pages/pack.mjs.
#include "web/pages/bundle.hpp"

asm(".section .rodata\\n"
    ".global weir_pages_blob\\n"
    "weir_pages_blob:\\n"
    ".incbin " ${text(text(blob))} "\\n"
    ".byte 0\\n"
    ".section .note.GNU-stack,\\"\\",@progbits\\n"
    ".text\\n");
extern "C" const char weir_pages_blob[];

namespace weir::pages {

namespace {

const File kFiles[] = {
${rows.join("\n")}
};

}  // namespace

std::span<const File> bundle() { return kFiles; }

}  // namespace weir::pages
`,
);
