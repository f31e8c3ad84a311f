import type { Login } from "@callboard/api";

/** What a pasted text is: a login link, an API key, or a token of an issuer. */
export function readCredential(pasted: string): Login | undefined {
  const text = pasted.trim();
  const link = /\/login#(\S+)$/.exec(text)?.[1];
  if (link) return { loginToken: link };
  if (/\s/.test(text) || text === "") return undefined;
  if (text.startsWith("cbk_")) return { apiKey: text };
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return { jwt: text };
  return undefined;
}
