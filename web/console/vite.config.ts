import { resolve } from "node:path";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Where `npm run dev` finds the server; the built pages are served by the server itself. */
const server = process.env["CALLBOARD_URL"] ?? "http://127.0.0.1:8080";

/** In development the call page answers at `/join`, as it does behind the server. */
const joinPage = (): Plugin => ({
  name: "join-page",
  configureServer(dev) {
    dev.middlewares.use((request, _response, next) => {
      if (request.url?.split(/[?#]/, 1)[0] === "/join") request.url = "/join.html";
      next();
    });
  },
});

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss(), joinPage()],
  // The server puts the nonce of each request in this place.
  html: { cspNonce: "__CSP_NONCE__" },
  server: {
    proxy: {
      // Changes and sockets with the sign-in cookie are taken from the server's own origin alone.
      "/v1": { target: server, ws: true, changeOrigin: true, headers: { origin: new URL(server).origin } },
      "^/(docs|manual|openapi\\.json)": { target: server, changeOrigin: true },
    },
  },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      input: {
        index: resolve(import.meta.dirname, "index.html"),
        join: resolve(import.meta.dirname, "join.html"),
      },
    },
  },
});
