/** What the audit records, in the words of the pages. */
export const ACTIONS: Readonly<Record<string, string>> = {
  "key.create": "API key made",
  "key.rotate": "API key rotated",
  "key.revoke": "API key revoked",
  "issuer.create": "Issuer added",
  "issuer.remove": "Issuer removed",
  "user.create": "User added",
  "user.update": "User changed",
  "login_link.create": "Login link made",
  "login.begin": "Signed in",
  "login.end": "Signed out",
  "session.erase": "Personal text of a call erased",
  "user.erase": "User erased",
  "erasure.done": "Erasure finished",
  "retention.update": "Retention changed",
  "retention.apply": "Old data went",
  "session.close": "Call ended by hand",
  "participant.remove": "Person removed from a call",
  "receipt.process": "Delivery processed again",
  "webhook.create": "Webhook endpoint made",
  "webhook.update": "Webhook endpoint changed",
  "webhook.rotate": "Webhook secret rotated",
  "webhook.delete": "Webhook endpoint removed",
  "webhook.disable": "Webhook endpoint disabled, it failed too long",
  "webhook.resend": "Webhooks sent again",
  "tenant.create": "Tenant made",
  "tenant.update": "Tenant changed",
};

/** What an action is called; one that is not known here keeps its own name. */
export const actionWords = (action: string): string => ACTIONS[action] ?? action;

/** Said wherever the audit is shown, so that nobody takes an absence for a proof. */
export const AUDIT_COVERS =
  "It records changes to API keys, issuers, users, tenants and webhook endpoints, webhooks sent again, who signed in, calls ended and people removed by hand, and deliveries processed again. Calls started and events added are not in it: they are in the log of each call.";

/** Who did something: their name where they have one. */
export function actorWords(actor: { kind: string; id: string; name?: string | undefined }): string {
  if (actor.name) return actor.kind === "key" ? `key “${actor.name}”` : actor.name;
  if (actor.kind === "system") return "Callboard itself";
  if (actor.kind === "cli") return "the command line";
  return actor.kind;
}
