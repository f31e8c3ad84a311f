import type { Scope } from "../../core/wire.ts";

/** What each scope lets a key do. */
export const SCOPES: readonly { scope: Scope; does: string }[] = [
  { scope: "calls:read", does: "See calls and who is in them" },
  { scope: "calls:write", does: "Start and end calls, make join links and tokens" },
  { scope: "events:read", does: "Read and follow the log" },
  { scope: "events:write", does: "Add events" },
  { scope: "transcripts:read", does: "Read and search transcripts" },
  { scope: "provider:read", does: "See what the media server delivered, process it again" },
  { scope: "webhooks:manage", does: "Make endpoints, see and resend deliveries" },
  { scope: "actions:propose", does: "Propose actions" },
  { scope: "actions:decide", does: "Approve or decline actions" },
  { scope: "keys:manage", does: "Manage keys, issuers and users, read the audit" },
  { scope: "data:erase", does: "Erase personal text, say how long data is kept" },
  { scope: "installation:*", does: "Manage the tenants of the installation" },
];

/** What most servers need. */
export const USUAL: readonly Scope[] = [
  "calls:read",
  "calls:write",
  "events:read",
  "events:write",
  "transcripts:read",
];
