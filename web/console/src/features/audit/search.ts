import { compact, textOf } from "../../core/search-text.ts";

export interface AuditSearch {
  /** Only this action, `key.create`. */
  action?: string;
  /** The entry whose details are open. */
  entry?: string;
}

export const readAuditSearch = (search: Record<string, unknown>): AuditSearch =>
  compact({ action: textOf(search["action"]), entry: textOf(search["entry"]) });
