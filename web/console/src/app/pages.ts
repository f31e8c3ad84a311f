/** The pages that the navigation and the palette lead to, by groups. */
import {
  Gauge,
  RadioTower,
  KeyRound,
  PhoneCall,
  ScrollText,
  Search,
  Settings,
  Webhook,
  type LucideIcon,
} from "lucide-react";
import type { Part } from "../core/may.ts";

export interface PageLink {
  to:
    | "/calls"
    | "/search"
    | "/provider"
    | "/webhooks"
    | "/audit"
    | "/settings"
    | "/settings/keys"
    | "/settings/service-levels";
  name: string;
  icon: LucideIcon;
  /** What one must be allowed to find it useful; absent: everybody. */
  part?: Part;
  /** Other words by which people look for it. */
  words: string;
}

export const GROUPS: readonly { name: string; pages: readonly PageLink[] }[] = [
  {
    name: "Calls",
    pages: [
      { to: "/calls", name: "Calls", icon: PhoneCall, part: "calls", words: "sessions live list" },
      { to: "/search", name: "Search", icon: Search, part: "search", words: "transcripts words said" },
    ],
  },
  {
    name: "Deliveries",
    pages: [
      {
        to: "/provider",
        name: "Provider log",
        icon: RadioTower,
        part: "provider",
        words: "livekit receipts",
      },
      { to: "/webhooks", name: "Webhooks", icon: Webhook, part: "webhooks", words: "endpoints deliveries" },
    ],
  },
  {
    name: "Administration",
    pages: [
      { to: "/audit", name: "Audit", icon: ScrollText, part: "manage", words: "who changed what" },
      { to: "/settings", name: "Settings", icon: Settings, words: "issuers users roles livekit test about" },
    ],
  },
];

/** Found by the palette only. */
export const MORE: readonly PageLink[] = [
  {
    to: "/settings/service-levels",
    name: "Service levels",
    icon: Gauge,
    part: "levels",
    words: "slo objectives availability latency error budget",
  },
  { to: "/settings/keys", name: "API keys", icon: KeyRound, part: "manage", words: "settings secret rotate" },
];
