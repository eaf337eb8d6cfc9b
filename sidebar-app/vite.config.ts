import { defineConfig } from "vite";

const root = import.meta.dirname;

/** The server reads `.vite/manifest.json` and names script and style in its page. */
export default defineConfig({
  root,
  // Packaged or served, the files lie beside each other below an address that is not known here.
  base: "./",
  publicDir: false,
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    modulePreload: false,
    // A font or image as data: in the style would need a looser content security policy.
    assetsInlineLimit: 0,
    rollupOptions: { input: `${root}/src/main.tsx` },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
