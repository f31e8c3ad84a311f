import type { Me } from "@callboard/api";

type Role = "viewer" | "operator" | "admin" | "owner";

interface Need {
  /** What a key must hold. */
  scope: string;
  /** What a user must be; absent: every user. */
  roles?: readonly Role[];
}

const OPERATORS: readonly Role[] = ["operator", "admin", "owner"];
const ADMINS: readonly Role[] = ["admin", "owner"];

/** What each part of the console asks for. The server decides; this keeps dead ends out of the way. */
const NEEDS = {
  calls: { scope: "calls:read" },
  start: { scope: "calls:write" },
  search: { scope: "transcripts:read" },
  provider: { scope: "provider:read", roles: OPERATORS },
  webhooks: { scope: "webhooks:manage", roles: OPERATORS },
  changeWebhooks: { scope: "webhooks:manage", roles: ADMINS },
  eraseData: { scope: "data:erase", roles: ADMINS },
  manage: { scope: "keys:manage", roles: ADMINS },
  levels: { scope: "installation:*", roles: OPERATORS },
} as const satisfies Record<string, Need>;

export type Part = keyof typeof NEEDS;

export function may(me: Me | null | undefined, part: Part): boolean {
  if (!me) return false;
  const need: Need = NEEDS[part];
  const { kind, roles, scopes } = me.principal;
  if (kind === "key") return (scopes as readonly string[]).includes(need.scope);
  return need.roles === undefined || need.roles.some((role) => roles.includes(role));
}
