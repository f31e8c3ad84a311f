import type { Algorithm } from "../../core/wire.ts";

export const ALGORITHMS: readonly Algorithm[] = ["RS256", "ES256", "EdDSA", "HS256"];

export interface IssuerDraft {
  iss: string;
  audience: string;
  algorithm: Algorithm;
  secret: string;
  jwksUrl: string;
}

const LEAST_SECRET_BYTES = 32;

/** What is wrong before the server need be asked. */
export function complaints(draft: IssuerDraft): Partial<Record<keyof IssuerDraft, string>> {
  const wrong: Partial<Record<keyof IssuerDraft, string>> = {};
  if (draft.iss.trim() === "") wrong.iss = "The iss claim of its tokens is needed";
  if (draft.audience.trim() === "") wrong.audience = "The aud claim of its tokens is needed";
  if (draft.algorithm === "HS256") {
    if (new TextEncoder().encode(draft.secret).length < LEAST_SECRET_BYTES)
      wrong.secret = "A shared secret has at least 32 bytes";
  } else if (!URL.canParse(draft.jwksUrl) || !/^https?:$/.test(new URL(draft.jwksUrl).protocol)) {
    wrong.jwksUrl = "The whole address of a JWKS document is needed";
  }
  return wrong;
}

/** What is sent: the secret or the address, as the algorithm wants it. */
export const bodyOf = ({ iss, audience, algorithm, secret, jwksUrl }: IssuerDraft) => ({
  iss: iss.trim(),
  audience: audience.trim(),
  algorithm,
  ...(algorithm === "HS256" ? { secret } : { jwksUrl: jwksUrl.trim() }),
});
