import "../ui/style.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { adoptNonce } from "../core/nonce.ts";
import { JoinController } from "../features/join/controller.ts";
import { JoinPage } from "../features/join/join-page.tsx";

adoptNonce();
const linkToken = location.hash.slice(1);
// One for the page's life: it holds the seat in the call, not what is drawn.
const controller = new JoinController({ linkToken });
// Another link opened in the same tab changes the fragment only, which loads nothing by itself.
addEventListener("hashchange", () => location.reload());
// A page that comes back out of the browser's store has lost its connections on the way in.
addEventListener("pageshow", (event) => event.persisted && location.reload());
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <JoinPage controller={controller} hasLink={linkToken !== ""} />
  </StrictMode>,
);
