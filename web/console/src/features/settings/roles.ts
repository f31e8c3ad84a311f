import type { Role } from "../../core/wire.ts";

/** The roles from most to least, with what each may do. */
export const ROLES: readonly { role: Role; does: string }[] = [
  { role: "owner", does: "Everything, also naming other owners" },
  { role: "admin", does: "Keys, issuers, users, webhooks, and what operators do" },
  { role: "operator", does: "All calls, the provider log, and ending calls" },
  { role: "viewer", does: "Sees all calls, changes none" },
];
