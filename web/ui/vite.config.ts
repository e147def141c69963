import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // SWR is written for React; Preact's compat layer is what it meets instead.
  resolve: { alias: { "use-sync-external-store/shim": "preact/compat", react: "preact/compat", "react-dom": "preact/compat", "@": here("./src") } },
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    outDir: process.env.WEIR_UI_OUT ?? here("./dist"),
    emptyOutDir: true,
    target: "es2022",
    // Nothing inline: the pages' Content-Security-Policy allows files of this server only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Three files come before a page: what all share, the frame, and the page itself. Else a page would bring a dozen small ones.
    rollupOptions: { output: { manualChunks: (file) => (/src\/(api|model|parts)\/|node_modules/.test(file) ? "shared" : undefined) } },
  },
  // `npm run dev` beside a daemon that runs with --no-auth; WEIR_URL says where it is.
  server: {
    proxy: Object.fromEntries(
      ["/api", "/auth"].map((path) => [path, { target: process.env.WEIR_URL ?? "http://127.0.0.1:8080" }]),
    ),
  },
  test: {
    environment: "jsdom",
    include: ["tests/components/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/components/setup.ts"],
    // Else these would bring React itself.
    server: { deps: { inline: [/node_modules\/swr/] } },
  },
});
