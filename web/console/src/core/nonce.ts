import { setNonce } from "get-nonce";

/** Gives the request's nonce to the libraries that add style elements, so that the page's policy holds. */
export function adoptNonce(): void {
  const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce;
  if (nonce) setNonce(nonce);
}
