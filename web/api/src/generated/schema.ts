// Generated from openapi/callboard.json by `npm run client`. Not to be edited.
export interface paths {
  "/health": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Liveness
     * @description The process answers. It says nothing about the database: see readiness.
     */
    get: operations["health"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/health/ready": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Readiness
     * @description 200 when traffic should come here, else 503; the reasons are in the body either way.
     */
    get: operations["ready"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/metrics": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Metrics
     * @description In the text format of Prometheus. What each means: `docs/reference/metrics.md`.
     */
    get: operations["metrics"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Endpoint map */
    get: operations["map"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/api-keys": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the tenant's API keys, newest first. */
    get: operations["list_api_keys"];
    put?: never;
    /** Make an API key. Its secret is in this answer and never again. */
    post: operations["create_api_key"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/api-keys/{keyId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read an API key. */
    get: operations["get_api_key"];
    put?: never;
    post?: never;
    /** Revoke an API key, at once and for good. Doing it again changes nothing. */
    delete: operations["revoke_api_key"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/api-keys/{keyId}/rotate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Give an API key a new secret; the old one works on for the overlap. */
    post: operations["rotate_api_key"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/issuers": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the tenant's issuers, newest first. */
    get: operations["list_issuers"];
    put?: never;
    /** Add an issuer of user tokens. */
    post: operations["create_issuer"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/issuers/{issuerId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Take an issuer out of use: its tokens and its users' logins stop working at once. */
    delete: operations["remove_issuer"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/users": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the tenant's users, newest first. */
    get: operations["list_users"];
    put?: never;
    /** Add a user before they are first seen. */
    post: operations["create_user"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/users/{userId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Change a user's roles or name, or disable them. */
    patch: operations["update_user"];
    trace?: never;
  };
  "/v1/me": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who am I, and what can I do here. */
    get: operations["get_me"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/login": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sign a browser in: the credential is exchanged for a cookie that no script can read, and a CSRF token. */
    post: operations["login"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/logout": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sign the browser out: its cookie stops working everywhere. */
    post: operations["logout"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/audit": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who changed what in the tenant, newest first. */
    get: operations["list_audit"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/requests": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List requests
     * @description The tenant's API requests that changed something or tried to, newest first, of the last 30 days. Events, checkpoints and
     *     connection reports are data and not in it, nor are requests of unknown callers. A request appears a moment after its
     *     answer; a crash or a flood may leave some out, while the audit never does.
     */
    get: operations["list_requests"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/retention": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read how long data is kept. */
    get: operations["get_retention"];
    /** Say how long data is kept. Audited; the next sweep goes by it. */
    put: operations["put_retention"];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/operator/tenants": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the installation's tenants, newest first. */
    get: operations["list_tenants"];
    put?: never;
    /** Make a tenant. */
    post: operations["create_tenant"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/operator/tenants/{tenantId}/config": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a tenant's configuration. */
    get: operations["get_tenant_config"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Change a tenant's configuration. Audited in the tenant. */
    patch: operations["update_tenant_config"];
    trace?: never;
  };
  "/v1/call/sessions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List sessions
     * @description Newest first. Users without a role see their own; everybody else sees the tenant's.
     */
    get: operations["list_sessions"];
    put?: never;
    /**
     * Create a session
     * @description Makes a session and its log, whose first event is `call.started`. Send an `Idempotency-Key`, or choose the
     *     `sessionId`: the same request again then finds the same session.
     */
    post: operations["create_session"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/call/sessions/{sessionId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a session */
    get: operations["read_session"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Change metadata
     * @description Merges; a null deletes its key. With `If-Match` the change is made only to the version that was read.
     */
    patch: operations["patch_session"];
    trace?: never;
  };
  "/v1/call/sessions/{sessionId}/state": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Change the status
     * @description Activates, ends or fails a session. The status that it already has is 200 with `idempotentReplay: true`.
     */
    post: operations["change"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/call/sessions/{sessionId}/livekit/token": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Get a provider token
     * @description Makes a participant (or finds the caller's own one again) and a token for it. Also answers the session pass and the
     *     resume token, so that your own page can leave, report cuts and reconnect.
     */
    post: operations["token"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/call/sessions/{sessionId}/reconnect": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Come back
     * @description Uses the resume token and gives the next one. A repetition gets the same answer: the same resume token and the same
     *     bounds of the replay; only the provider's token is made anew.
     */
    post: operations["reconnect"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/call/sessions/{sessionId}/leave": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Leave
     * @description A hang-up is told here first, before the page disconnects: it is definite, and ends the call when it was the last
     *     caller's.
     */
    post: operations["leave"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/call/sessions/{sessionId}/participants": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List participants */
    get: operations["list_participants"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/call/sessions/{sessionId}/participants/{participantId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Remove a participant
     * @description It leaves the call at once, its pass dies, and the provider sends it out.
     */
    delete: operations["remove_participant"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/call/sessions/{sessionId}/participants/{participantId}/connection": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Report a cut
     * @description A loss that heals within 20.8 s leaves no trace at the provider, so pages and agents tell what they saw.
     */
    post: operations["report_connection"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/call/sessions/{sessionId}/join-links": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List join links
     * @description For whoever may see the session. The tokens are not in it.
     */
    get: operations["list_join_links"];
    put?: never;
    /**
     * Make a join link
     * @description The token stays behind `#`, so that no log can keep it.
     */
    post: operations["create_join_link"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/call/sessions/{sessionId}/join-links/{linkId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Revoke a join link
     * @description Nobody can join by it any more; who joined stays.
     */
    delete: operations["revoke_join_link"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/join": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Join by a link
     * @description Each exchange is a new participant and uses the link once; keep the pass for reloads. With an `Idempotency-Key` an
     *     answer that was lost can be asked for again: the same participant and pass, and no further use of the link.
     */
    post: operations["join"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/call/sessions/{sessionId}/transcript": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Read the transcript
     * @description The state as it stands: a final beats partials, a later final corrects an earlier one. `ETag` with `If-None-Match`
     *     makes a poll of an unchanged transcript cheap. A session pass of a person reads what was said since they joined.
     */
    get: operations["transcript"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/call/sessions/{sessionId}/transcript-snapshots": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the versions of a transcript
     * @description Every version as it came, oldest first, as far as compaction left it.
     */
    get: operations["snapshots"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/call/sessions/{sessionId}/transcript-snapshots/compact": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Remove old versions of a transcript
     * @description Keeps the newest versions and every utterance's current final; the transcript itself does not change.
     */
    post: operations["compact"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/search/transcripts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Search transcripts
     * @description Utterances as they stand (finals, corrected ones in their corrected form), newest first. Users without a role find
     *     what was said in their own sessions; everybody else in the tenant's.
     */
    get: operations["search_transcripts"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/webhook-endpoints": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List webhook endpoints
     * @description Newest first.
     */
    get: operations["list_webhook_endpoints"];
    put?: never;
    /**
     * Make a webhook endpoint
     * @description Its secret is in this answer and never again. Events from now on are sent to it.
     */
    post: operations["create_webhook_endpoint"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/webhook-endpoints/{endpointId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a webhook endpoint */
    get: operations["get_webhook_endpoint"];
    put?: never;
    post?: never;
    /**
     * Delete a webhook endpoint
     * @description Its secret is forgotten at once and what is pending is cancelled.
     */
    delete: operations["delete_webhook_endpoint"];
    options?: never;
    head?: never;
    /**
     * Change a webhook endpoint
     * @description Disabling cancels what is pending. Enabling forgets that it failed; what it missed can be resent.
     */
    patch: operations["update_webhook_endpoint"];
    trace?: never;
  };
  "/v1/webhook-endpoints/{endpointId}/rotate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Give a webhook endpoint a new secret
     * @description While the old one overlaps, every request carries both signatures. The secret is in this answer and never again.
     */
    post: operations["rotate_webhook_secret"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/webhook-endpoints/{endpointId}/test": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send a test
     * @description A delivery of type `webhook.test`, which belongs to no session.
     */
    post: operations["test_webhook_endpoint"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/webhook-endpoints/{endpointId}/resend": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send all deliveries of a span again
     * @description Everything that is settled: delivered, dead, and what the endpoint missed while it was disabled. Order within a session
     *     is kept. A long span is queued step by step.
     */
    post: operations["resend_webhooks"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/webhook-endpoints/{endpointId}/deliveries": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the deliveries of an endpoint
     * @description Newest first; kept for 30 days after they were settled.
     */
    get: operations["list_webhook_deliveries"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/webhook-deliveries/{deliveryId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Read a delivery
     * @description With what is posted and what came back.
     */
    get: operations["get_webhook_delivery"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/webhook-deliveries/{deliveryId}/resend": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send a delivery again
     * @description Whatever became of it; one that waits for its next attempt is tried now. Its `webhook-id` stays the same.
     */
    post: operations["resend_webhook_delivery"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/call/livekit/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Receive a LiveKit webhook
     * @description For LiveKit alone, which signs each delivery in `Authorization` (a bare token, no `Bearer`). Every genuine delivery
     *     is stored and answered with 200, also when it has no effect; only a delivery that could not be stored gets a 5xx,
     *     and LiveKit sends it again.
     */
    post: operations["receive"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/provider/receipts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List provider receipts
     * @description Newest first. Receipts whose room belongs to no session are shown to keys with `installation:*` only.
     */
    get: operations["list_receipts"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/provider/receipts/{receiptId}/process": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Process a receipt again
     * @description Translates the stored body once more. Events that it added before are not added twice.
     */
    post: operations["process"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/provider/rejections": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List rejected deliveries
     * @description How many deliveries were not genuine, by provider and reason, the latest first. What cannot be verified belongs to no
     *     tenant: the counts are the installation's, and nothing of what was sent is kept. A reason is forgotten 30 days after
     *     its last delivery.
     */
    get: operations["list_rejections"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/provider/test": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Test the provider
     * @description Asks LiveKit step by step: address, key, clock, a room, and the webhook about that room. It says where it failed
     *     and why, and is 200 either way.
     */
    post: operations["test"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/simulated/connect": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Connect to a simulated room
     * @description Opens a connection with the `accessToken` of a transport whose `provider` is `simulated`. There is no media; the
     *     call sees a participant. The same identity again replaces its older connection.
     */
    post: operations["simulated_connect"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/simulated/publish": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Publish a microphone
     * @description Says that the participant's microphone is on. Once per connection; again it answers the same track.
     */
    post: operations["simulated_publish"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/simulated/ping": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Stay connected */
    post: operations["simulated_ping"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/simulated/drop": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Lose the connection
     * @description As if the network had gone: the participant leaves with `CONNECTION_TIMEOUT`, which opens their reconnect window.
     */
    post: operations["simulated_drop"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/simulated/disconnect": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Disconnect
     * @description Tell Callboard first (`POST …/leave`): a disconnect alone may be a reload.
     */
    post: operations["simulated_disconnect"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/call/sessions/{sessionId}/erase": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Erase a session's personal text
     * @description What people said and were called, metadata, messages: unreadable everywhere, for good. Order, counts, times and
     *     `callboard verify` stay whole, and `call.erased` tells readers. The session must be over. Asking again finds the same
     *     erasure; a large one goes on after the answer (202).
     */
    post: operations["erase_session"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/users/{userId}/erase": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Erase a user
     * @description The text of the sessions that are theirs, what they said and were called in others', their name and subject here, and
     *     every way in. The row keeps its id and stays disabled; the same subject signing in later is a new user. None of their
     *     sessions may be going on.
     */
    post: operations["erase_user"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/erasures": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List erasures, newest first */
    get: operations["list_erasures"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/erasures/{erasureId}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read how far an erasure is */
    get: operations["get_erasure"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/slo": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Service levels
     * @description Each objective with its target, what was measured in the window, and its error budget: from what is stored, of all
     *     instances. A figure without data is null, and `met` is then null too. A user sees the requests, events, deliveries, transcripts and
     *     cuts of their tenant, and the availability of the installation; a key with `installation:*` sees all tenants together.
     */
    get: operations["service_levels"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/realtime/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Append events
     * @description One event, or `{"events": […]}` with up to 1000 of any sessions of the tenant. Order within a session is kept.
     *     `eventId` makes a repetition safe: the same content gives the stored event back with `deduped: true`. In a batch
     *     each event has its own outcome, unless `atomic` asks for all or none.
     */
    post: operations["ingest"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/realtime/sessions/{sessionId}/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Replay a session
     * @description By sequence, ascending. `afterSequence`, `consumerId` and the watermark (`afterTs`, `afterEventId`) are three ways to
     *     say where to begin; at most one may be sent. With `Accept: application/x-ndjson` the answer streams one event a line,
     *     to the end of the log as it was when the read began. A session pass of a person reads `call.*` and `transcript.*`
     *     since it was made.
     */
    get: operations["replay"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/realtime/sessions/{sessionId}/stream": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Follow a session
     * @description Server-sent events: `id` is the sequence, `event` the type, `data` the event. After the session's end comes
     *     `event: closed` (without an id), and the stream stays open for late events unless `until=end`. A comment every 15
     *     seconds shows that the stream lives. A client that stays behind for 30 seconds without reading is closed with
     *     `{"reason": "lagging"}` and resumes with `Last-Event-ID`.
     */
    get: operations["session_stream"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/realtime/stream": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Follow everything of the tenant
     * @description Server-sent events in the order of commits: `id` is an opaque place to resume from, `event` the type, `data` the
     *     event. Users without a role follow their own sessions.
     */
    get: operations["tenant_stream"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/realtime/ws": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Follow and write over one WebSocket
     * @description JSON text frames. Servers send `Authorization`, the console its cookie; a call page sends
     *     `{"op": "auth", "pass": "cbp_…"}` as its first frame within 5 seconds. Then `subscribe`, `unsubscribe`, `ack`,
     *     `append` and `ping`; answers are `ready`, `subscribed`, `events`, `closed`, `acked`, `appended`, `pong` and `error`.
     */
    get: operations["socket"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/realtime/sessions/{sessionId}/checkpoint": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Store a checkpoint
     * @description Monotone per consumer: a lower sequence is ignored, an equal one changes nothing. Accepted after the session's end
     *     as well.
     */
    post: operations["checkpoint"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/realtime/sessions/{sessionId}/checkpoints": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List checkpoints
     * @description Consumers of the session by name. A session pass sees its own.
     */
    get: operations["checkpoints"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/schemas": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the contract's schemas
     * @description The payload of every event type, and the envelope as it is delivered (`envelope`) and sent (`incoming`).
     */
    get: operations["schemas"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/schemas/{type}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a schema of the contract */
    get: operations["schema"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @description Who did what an event tells. */
    Actor: {
      /** @description `user`, `agent`, `provider`, `operator` or `system`. */
      role: components["schemas"]["ActorRole"];
      /** @description The id in that role. */
      id: string;
    };
    /**
     * @description Who can be an actor.
     * @enum {string}
     */
    ActorRole: "user" | "agent" | "provider" | "operator" | "system";
    /**
     * @description How an issuer signs. Fixed per issuer: a token that says otherwise is refused.
     * @enum {string}
     */
    Algorithm: "HS256" | "RS256" | "ES256" | "EdDSA";
    /** @description Alive. */
    Alive: {
      /** @description Always `ok`. */
      status: string;
      /** @description Our version. */
      version: string;
      /** @description The same on every instance of an installation, and on no other; it changes with the secret key. */
      installation: string;
    };
    /** @description A server's credential, without its secret. */
    ApiKey: {
      /** @description Its id. */
      keyId: string;
      /** @description A name for people. */
      name: string;
      /** @description What it may do. */
      scopes: components["schemas"]["Scope"][];
      /** @description How its secret begins; not secret. */
      prefix: string;
      /** Format: date-time */
      createdAt: string;
      /** @description Who made it: `user:…`, `key:…`, `cli`. */
      createdBy: string;
      /** Format: date-time */
      expiresAt?: string;
      /**
       * Format: date-time
       * @description To the minute.
       */
      lastUsedAt?: string;
      /** Format: date-time */
      revokedAt?: string;
      /**
       * Format: date-time
       * @description Until when the secret before the last rotation works.
       */
      oldSecretUntil?: string;
    };
    /** @description What a request to append answers. */
    AppendAnswer: components["schemas"]["Appended"] | components["schemas"]["AppendResults"];
    /** @description The outcome of one refused event. */
    AppendRefused: {
      /** @description Why; pointers lead into the batch. */
      error: Record<string, unknown>;
    };
    /** @description One event or a batch. */
    AppendRequest: components["schemas"]["NewEvent"] | components["schemas"]["EventBatch"];
    /** @description The outcome of one event of a batch. */
    AppendResult: components["schemas"]["Appended"] | components["schemas"]["AppendRefused"];
    /** @description The outcomes of a batch, in order. */
    AppendResults: {
      /** @description One per event. */
      results: components["schemas"]["AppendResult"][];
    };
    /** @description The outcome of one event. */
    Appended: {
      /** @description The event as stored. */
      event: components["schemas"]["Event"];
      /** @description Whether the log already held it; then `event` is the stored one. */
      deduped: boolean;
    };
    /**
     * @description A status that can be asked for.
     * @enum {string}
     */
    AskedStatus: "active" | "ended" | "failed";
    /** @description Who did it. */
    AuditActor: {
      /** @description `user`, `key`, `pass`, `cli`, `system`. */
      kind: string;
      id: string;
      /** @description Their name now, when they have one here. */
      name?: string;
    };
    /** @description One change. */
    AuditEntry: {
      auditId: string;
      /** Format: date-time */
      at: string;
      actor: components["schemas"]["AuditActor"];
      action: string;
      object: components["schemas"]["AuditObject"];
      /** @description What changed. */
      detail: Record<string, unknown>;
    };
    /** @description What it was done to. */
    AuditObject: {
      kind: string;
      id: string;
    };
    /**
     * @description What a call carries.
     * @enum {string}
     */
    Channel: "voice" | "video";
    /** @description One thing that readiness looks at. */
    Check: {
      /** @description What was looked at. */
      name: string;
      /** @description Whether it is well. */
      ok: boolean;
      /** @description Whether the service can work without it. */
      required: boolean;
      /** @description What is wrong, or what was seen. */
      reason?: string;
    };
    /** @description A consumer of a session. */
    Checkpoint: {
      /** @description The consumer. */
      consumerId: string;
      /**
       * Format: int64
       * @description Where it stands.
       */
      sequence: number;
      /**
       * Format: date-time
       * @description When it last moved.
       */
      updatedAt: string;
    };
    /** @description Where a consumer stands now. */
    CheckpointAnswer: {
      /** @description The consumer. */
      consumerId: string;
      /**
       * Format: int64
       * @description Where it stands.
       */
      sequence: number;
      /** @description `advanced_sequence`, `equal_sequence_idempotent` or `stale_sequence_ignored`. */
      outcome: string;
    };
    /** @description Where a consumer wants to stand. */
    CheckpointRequest: {
      /** @description The consumer's name, 1-128 characters; it belongs to the principal that first names it. */
      consumerId: string;
      /**
       * Format: int64
       * @description The last sequence that it has dealt with.
       */
      sequence: number;
    };
    /** @description How much a compaction keeps. */
    CompactBody: {
      /**
       * Format: int64
       * @description Newest versions to keep, 1 or more; 2000 when absent. Every current final stays besides.
       * @default 2000
       */
      keep: number;
    };
    /**
     * @description How the callers are connected, derived from the provider's facts.
     * @enum {string}
     */
    ConnectionState: "idle" | "connecting" | "connected" | "reconnecting" | "disconnected";
    /** @description A key to be made. */
    CreateApiKey: {
      /** @description A name for people. */
      name: string;
      /** @description What it may do; a key can give only what it has. */
      scopes: components["schemas"]["Scope"][];
      /**
       * Format: date-time
       * @description When it stops working; never if absent.
       */
      expiresAt?: string;
    };
    /** @description An issuer to be added. */
    CreateIssuer: {
      /** @description The `iss` claim of its tokens; unique in the installation. */
      iss: string;
      /** @description The `aud` claim that its tokens must have. */
      audience: string;
      /** @description The one algorithm of its tokens. */
      algorithm: components["schemas"]["Algorithm"];
      /** @description For HS256: the shared secret, at least 32 bytes. Never shown again. */
      secret?: string;
      /** @description For the other algorithms: where its public keys are. */
      jwksUrl?: string;
    };
    /** @description A request for a join link. */
    CreateJoinLink: {
      /** @description `caller` (default), `observer` or `agent`. */
      kind?: components["schemas"]["ParticipantRole"];
      /** @description The name of whoever joins by it, 1-100 characters. */
      displayName?: string;
      /**
       * Format: int64
       * @description How long it can be used, 60-604800 seconds; default 3600.
       */
      ttlSeconds?: number;
      /**
       * Format: int64
       * @description How many people may use it, 1-1000; default 1.
       */
      maxUses?: number;
    };
    /** @description A request for a session. Everything is optional. */
    CreateSession: {
      /** @description 1-64 of `A-Z a-z 0-9 _ - . ~`, unique in the tenant; made here when absent. */
      sessionId?: string;
      /** @description `voice` (default) or `video`. */
      channel?: components["schemas"]["Channel"];
      /** @description `inbound` (default) or `outbound`. */
      direction?: components["schemas"]["Direction"];
      /** @description The user that it belongs to; keys only. */
      ownerUserId?: string;
      /** @description The builder's own reference, 1-200 characters. */
      correlationId?: string;
      /** @description At most 50 keys and 16 KiB; `title` is shown to callers. */
      metadata?: Record<string, unknown>;
      /** @description Limits. */
      limits?: components["schemas"]["LimitsAsk"];
      /**
       * @description Whether the call runs on the simulated media server: it has no sound, and is marked `provider: simulated`
       *     wherever it shows. Only where simulated calls are on.
       */
      simulated?: boolean;
    };
    /** @description A tenant to be made. */
    CreateTenant: {
      /** @description A name for people. */
      name: string;
      /** @description The plan's name; `standard` if absent. */
      plan?: string;
      /**
       * Format: int64
       * @description Limit of concurrent calls; none if absent.
       */
      maxConcurrentCalls?: number;
      /** @description Feature flags: true or false each. */
      flags?: {
        [key: string]: boolean;
      };
      /** @description The operator's notes, at most 16 KiB. */
      metadata?: Record<string, unknown>;
    };
    /** @description A user to be added. */
    CreateUser: {
      /** @description A name for people. */
      displayName?: string;
      /** @description The `iss` of one of the tenant's issuers; `local` if absent. */
      issuer?: string;
      /** @description Who they are there; required unless the issuer is `local`. */
      subject?: string;
      /** @description Roles to begin with. */
      roles?: components["schemas"]["Role"][];
    };
    /** @description An endpoint to be made. */
    CreateWebhookEndpoint: {
      /** @description `https`, and not at a private address unless the installation allows it. */
      url: string;
      /** @description For people. */
      description?: string;
      /** @description Types of the contract, families such as `call.*`, or `*`. */
      eventTypes: string[];
    };
    /** @description The created session. */
    CreatedSession: {
      /** @description The session. */
      session: components["schemas"]["Session"];
    };
    /**
     * @description Where a delivery stands.
     * @enum {string}
     */
    DeliveryStatus: "pending" | "delivered" | "dead" | "cancelled";
    /**
     * @description Who called whom.
     * @enum {string}
     */
    Direction: "inbound" | "outbound";
    /**
     * @description Why an endpoint is disabled.
     * @enum {string}
     */
    DisabledReason: "by_hand" | "failing";
    /**
     * @description Why a call ended.
     * @enum {string}
     */
    EndReason:
      | "completed"
      | "user_hangup"
      | "timeout"
      | "agent_handover"
      | "operator_ended"
      | "provider_ended";
    /** @description An erasure and how far it is. */
    Erasure: {
      /** @description Its id. */
      erasureId: string;
      /** @description What is erased. */
      objectKind: components["schemas"]["ErasureObject"];
      /** @description The session or user. */
      objectId: string;
      /** @description `request`, or `retention`. */
      cause: string;
      /** @description `running` (rows are being overwritten), `settling` (files are being cleaned), `done`. */
      status: components["schemas"]["ErasureStatus"];
      /**
       * Format: int64
       * @description Sessions that are done.
       */
      sessions: number;
      /**
       * Format: int64
       * @description Events that lost text.
       */
      events: number;
      /**
       * Format: int64
       * @description Other rows that lost text.
       */
      records: number;
      /** @description Who asked: `user:…`, `key:…`, `system:…`. */
      createdBy: string;
      /**
       * Format: date-time
       * @description When.
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description When it was done.
       */
      finishedAt?: string;
    };
    /**
     * @description What is erased.
     * @enum {string}
     */
    ErasureObject: "session" | "user";
    /**
     * @description How far an erasure is.
     * @enum {string}
     */
    ErasureStatus: "running" | "settling" | "done";
    /** @description How much may go wrong, and how much did. */
    ErrorBudget: {
      /**
       * Format: double
       * @description How many of `total` may be bad; of the objective `budget`, minutes of 28 days.
       */
      allowed: number;
      /**
       * Format: int64
       * @description How many were.
       */
      spent: number;
      /**
       * Format: double
       * @description `allowed` less `spent`; below zero when it is overdrawn.
       */
      left: number;
      /**
       * Format: double
       * @description How fast it is spent: 1 uses it up exactly within the window. Null when nothing may be bad and something was.
       */
      burnRate: number | null;
    };
    /** @description An event as it is stored, replayed and streamed. */
    Event: {
      /** @description Unique within the session; the dedupe key. */
      eventId: string;
      /** @description The session that the event belongs to. */
      sessionId: string;
      /**
       * Format: int64
       * @description Place in the session's log, from 1 without gaps.
       */
      sequence: number;
      /**
       * Format: date-time
       * @description When it happened.
       */
      ts: string;
      /** @description The type, such as `transcript.final`. */
      type: string;
      /** @description Who did it. */
      actor: components["schemas"]["Actor"];
      /** @description What happened, by type; see `/v1/schemas/{type}`. */
      payload: Record<string, unknown>;
      /** @description Always `1.0`. */
      schemaVersion: string;
    };
    /** @description Several events, of any sessions of the tenant. */
    EventBatch: {
      /**
       * @description 1-1000 events, each as `NewEvent`. They are judged one by one: a bad one is refused in its place of the results
       *     and holds nobody up, unless `atomic` is set.
       */
      events: Record<string, unknown>[];
      /**
       * @description All or none.
       * @default false
       */
      atomic: boolean;
    };
    /** @description Why a call failed. */
    FailureAsk: {
      /** @description A code of yours, 1-64 characters. */
      code: string;
      /** @description A message, 1-500 characters. */
      message: string;
    };
    /** @description What this installation can do. */
    Features: {
      /** @description Whether a media provider is configured. */
      livekit: boolean;
      /** @description Whether calls may be simulated. */
      simulated: boolean;
    };
    /** @description One thing to try. */
    FirstStep: {
      /** @description What it does. */
      title: string;
      /** @description A command that can be pasted into a terminal of the machine that the server runs on. */
      command: string;
    };
    /** @description What to try first with a server in the local mode. */
    FirstSteps: {
      /** @description Where the server answers. */
      url: string;
      /** @description The file that holds its API key; absent when the key was only printed. */
      apiKeyFile?: string;
      /** @description The steps. */
      steps: components["schemas"]["FirstStep"][];
    };
    /** @description Who may sign tokens for the tenant's users. */
    Issuer: {
      issuerId: string;
      /** @description The `iss` claim; `local` is the built-in issuer of login links. */
      iss: string;
      /** @description The `aud` claim; absent for the built-in issuer. */
      audience?: string;
      /** @description Absent for the built-in issuer. */
      algorithm?: components["schemas"]["Algorithm"];
      jwksUrl?: string;
      /** Format: date-time */
      createdAt: string;
    };
    /** @description A seat in the call. */
    JoinAnswer: {
      /** @description The session, as a participant may see it. */
      session: components["schemas"]["Session"];
      /** @description Who you are in it. */
      participantId: string;
      /** @description Your session pass. */
      pass: string;
      /** @description Lets you come back after a cut. */
      resumeToken: string;
      /**
       * Format: date-time
       * @description Our clock, for `startMs` of transcripts.
       */
      serverTime: string;
      /**
       * Format: int64
       * @description Your pass reads events after this sequence.
       */
      firstSequence: number;
      /** @description How to reach the media. */
      transport?: components["schemas"]["Transport"];
      /** @description Set instead of `transport` when there is no media now. */
      transportUnavailable?: components["schemas"]["Unavailable"];
    };
    /** @description A join link's token. */
    JoinAsk: {
      /** @description The text after `#` in the link. */
      token: string;
      /** @description A name to show, 1-100 characters; else the link's. */
      displayName?: string;
    };
    /** @description A join link. */
    JoinLink: {
      /** @description Its id. */
      linkId: string;
      /** @description The role of whoever joins by it. */
      kind: components["schemas"]["ParticipantRole"];
      /** @description The name of whoever joins by it. */
      displayName?: string;
      /**
       * Format: date-time
       * @description When it was made.
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description Until when it can be used.
       */
      expiresAt: string;
      /**
       * Format: int64
       * @description How many people may use it.
       */
      maxUses: number;
      /**
       * Format: int64
       * @description How many have.
       */
      uses: number;
      /**
       * Format: date-time
       * @description When it was revoked.
       */
      revokedAt?: string;
      /** @description The link itself; only in the answer that made it. */
      joinUrl?: string;
    };
    /** @description A key with its secret, shown once. */
    KeyWithSecret: {
      key: components["schemas"]["ApiKey"];
      /** @description The secret; only in the first answer. */
      secret?: string;
      /** @description Whether this answer holds the secret; false in a replay. */
      secretShown: boolean;
    };
    /**
     * @description What kind of caller.
     * @enum {string}
     */
    Kind: "user" | "key" | "pass";
    /** @description The last error of a session. */
    LastErrorView: {
      /** @description A code. */
      code: string;
      /** @description A message. */
      message: string;
      /**
       * Format: date-time
       * @description When.
       */
      at: string;
    };
    /** @description The session after the leave. */
    LeaveAnswer: {
      /** @description The session. */
      session: components["schemas"]["Session"];
    };
    /** @description Nothing. */
    LeaveAsk: Record<string, unknown>;
    /** @description Limits that a request may set. */
    LimitsAsk: {
      /**
       * Format: int64
       * @description End an active call after so long: 1,000 ms to 24 h.
       */
      maxDurationMs?: number;
      /**
       * Format: int64
       * @description How long a lost participant may come back: 10 s to 10 min; default 120,000 ms.
       */
      reconnectWindowMs?: number;
      /**
       * Format: int64
       * @description How long a client's own disconnect waits for a reload: 0 to 60 s; default 10,000 ms.
       */
      leaveGraceMs?: number;
    };
    /** @description Limits of a session. */
    LimitsView: {
      /**
       * Format: int64
       * @description An active call ends after so long, milliseconds.
       */
      maxDurationMs?: number;
      /**
       * Format: int64
       * @description How long a lost participant may come back, milliseconds.
       */
      reconnectWindowMs: number;
      /**
       * Format: int64
       * @description How long a client's own disconnect waits for a reload, milliseconds.
       */
      leaveGraceMs: number;
    };
    /** @description The answer of a list route. */
    List_ApiKey: {
      /** @description The page. */
      items: {
        /** @description Its id. */
        keyId: string;
        /** @description A name for people. */
        name: string;
        /** @description What it may do. */
        scopes: components["schemas"]["Scope"][];
        /** @description How its secret begins; not secret. */
        prefix: string;
        /** Format: date-time */
        createdAt: string;
        /** @description Who made it: `user:…`, `key:…`, `cli`. */
        createdBy: string;
        /** Format: date-time */
        expiresAt?: string;
        /**
         * Format: date-time
         * @description To the minute.
         */
        lastUsedAt?: string;
        /** Format: date-time */
        revokedAt?: string;
        /**
         * Format: date-time
         * @description Until when the secret before the last rotation works.
         */
        oldSecretUntil?: string;
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_AuditEntry: {
      /** @description The page. */
      items: {
        auditId: string;
        /** Format: date-time */
        at: string;
        actor: components["schemas"]["AuditActor"];
        action: string;
        object: components["schemas"]["AuditObject"];
        /** @description What changed. */
        detail: Record<string, unknown>;
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_Checkpoint: {
      /** @description The page. */
      items: {
        /** @description The consumer. */
        consumerId: string;
        /**
         * Format: int64
         * @description Where it stands.
         */
        sequence: number;
        /**
         * Format: date-time
         * @description When it last moved.
         */
        updatedAt: string;
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_Erasure: {
      /** @description The page. */
      items: {
        /** @description Its id. */
        erasureId: string;
        /** @description What is erased. */
        objectKind: components["schemas"]["ErasureObject"];
        /** @description The session or user. */
        objectId: string;
        /** @description `request`, or `retention`. */
        cause: string;
        /** @description `running` (rows are being overwritten), `settling` (files are being cleaned), `done`. */
        status: components["schemas"]["ErasureStatus"];
        /**
         * Format: int64
         * @description Sessions that are done.
         */
        sessions: number;
        /**
         * Format: int64
         * @description Events that lost text.
         */
        events: number;
        /**
         * Format: int64
         * @description Other rows that lost text.
         */
        records: number;
        /** @description Who asked: `user:…`, `key:…`, `system:…`. */
        createdBy: string;
        /**
         * Format: date-time
         * @description When.
         */
        createdAt: string;
        /**
         * Format: date-time
         * @description When it was done.
         */
        finishedAt?: string;
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_Issuer: {
      /** @description The page. */
      items: {
        issuerId: string;
        /** @description The `iss` claim; `local` is the built-in issuer of login links. */
        iss: string;
        /** @description The `aud` claim; absent for the built-in issuer. */
        audience?: string;
        /** @description Absent for the built-in issuer. */
        algorithm?: components["schemas"]["Algorithm"];
        jwksUrl?: string;
        /** Format: date-time */
        createdAt: string;
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_JoinLink: {
      /** @description The page. */
      items: {
        /** @description Its id. */
        linkId: string;
        /** @description The role of whoever joins by it. */
        kind: components["schemas"]["ParticipantRole"];
        /** @description The name of whoever joins by it. */
        displayName?: string;
        /**
         * Format: date-time
         * @description When it was made.
         */
        createdAt: string;
        /**
         * Format: date-time
         * @description Until when it can be used.
         */
        expiresAt: string;
        /**
         * Format: int64
         * @description How many people may use it.
         */
        maxUses: number;
        /**
         * Format: int64
         * @description How many have.
         */
        uses: number;
        /**
         * Format: date-time
         * @description When it was revoked.
         */
        revokedAt?: string;
        /** @description The link itself; only in the answer that made it. */
        joinUrl?: string;
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_Participant: {
      /** @description The page. */
      items: {
        /** @description Its id. */
        participantId: string;
        /** @description Its identity at the provider. */
        identity: string;
        /** @description What the provider says it is. */
        kind: components["schemas"]["ParticipantKind"];
        /** @description `caller`, `agent` or `observer`; absent for recorders and the like. */
        role?: components["schemas"]["ParticipantRole"];
        /** @description A name to show. */
        name?: string;
        /** @description The user behind it. */
        userId?: string;
        /** @description `invited`, `ringing`, `connected`, `reconnecting` or `left`. */
        state: components["schemas"]["ParticipantState"];
        /**
         * Format: date-time
         * @description When it first joined.
         */
        joinedAt?: string;
        /**
         * Format: date-time
         * @description When it left.
         */
        leftAt?: string;
        /** @description Why it left. */
        leaveReason?: string;
        /** @description Set while its reconnect window is open. */
        reconnect?: components["schemas"]["WindowView"];
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_PublishedSchema: {
      /** @description The page. */
      items: {
        /** @description The event type, or `envelope` (as delivered) or `incoming` (as sent). */
        name: string;
        /** @description The family of a type; absent for the envelopes. */
        family?: string;
        /** @description Where the schema is. */
        url: string;
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_ReceiptView: {
      /** @description The page. */
      items: {
        /** @description Its id. */
        receiptId: string;
        /** @description `livekit`, or `simulated`. */
        provider: string;
        /** @description The provider's id of the delivery. */
        providerEventId: string;
        /** @description The event's name; empty when the body could not be read. */
        event: string;
        /**
         * Format: date-time
         * @description When it arrived.
         */
        receivedAt: string;
        /** @description The session of its room. */
        sessionId?: string;
        /** @description What became of it. */
        outcome: components["schemas"]["Outcome"];
        /** @description Why. */
        reason?: string;
        /** @description Ids of the events that it added. */
        published: string[];
        /**
         * Format: int64
         * @description How often it was processed.
         */
        attempts: number;
        /** @description The body, without secrets. */
        body: Record<string, unknown>;
        /** @description SHA-256 of the body as it came, hexadecimal. */
        bodySha256: string;
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_RejectionView: {
      /** @description The page. */
      items: {
        /** @description `livekit`, or `simulated`. */
        provider: string;
        /**
         * @description `header_missing`, `malformed`, `algorithm`, `unknown_key`, `signature`, `expired`, `not_yet_valid`,
         *     `digest_missing`, `digest`.
         */
        reason: string;
        /**
         * Format: int64
         * @description How many.
         */
        count: number;
        /**
         * Format: date-time
         * @description The first of them.
         */
        firstAt: string;
        /**
         * Format: date-time
         * @description The last of them.
         */
        lastAt: string;
        /** @description What it means, and what to look at. */
        advice: string;
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_RequestEntry: {
      /** @description The page. */
      items: {
        requestId: string;
        /**
         * Format: date-time
         * @description When it arrived.
         */
        at: string;
        /**
         * Format: int64
         * @description Milliseconds until the answer began.
         */
        durationMs: number;
        principal: components["schemas"]["RequestPrincipal"];
        method: string;
        /** @description The path's template. */
        route: string;
        /** @description The path, without its query. A parameter that cannot be an id stands as its name in the template. */
        path: string;
        /** @description The session that the path names, or that the request made. There need not be such a session. */
        sessionId?: string;
        /**
         * Format: int64
         * @description The answer's status.
         */
        status: number;
        /** @description The code of the refusal. */
        code?: string;
        /** @description The trace id, as in `x-trace-id` of the answer. */
        traceId: string;
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_Session: {
      /** @description The page. */
      items: {
        /** @description Unique in its tenant. */
        sessionId: string;
        /** @description `created -> active -> ended | failed`. */
        status: components["schemas"]["Status"];
        /** @description How the callers are connected. */
        connection: components["schemas"]["ConnectionState"];
        /** @description `voice` or `video`. */
        channel: components["schemas"]["Channel"];
        /** @description `inbound` or `outbound`. */
        direction: components["schemas"]["Direction"];
        /** @description The builder's own reference. */
        correlationId?: string;
        /** @description Whom it belongs to. */
        owner: components["schemas"]["OwnerView"];
        /** @description The media provider, or `none`. */
        provider: string;
        /** @description The room's name at the provider. */
        providerRoomId?: string;
        /** @description The first caller's identity. */
        providerParticipantId?: string;
        /** @description Made at activation. */
        providerCallId?: string;
        /** @description The builder's own data. */
        metadata: Record<string, unknown>;
        /** @description The last error. */
        lastError?: components["schemas"]["LastErrorView"];
        /**
         * Format: date-time
         * @description When all personal text in it was erased.
         */
        erasedAt?: string;
        /**
         * Format: date-time
         * @description When it was made.
         */
        createdAt: string;
        /**
         * Format: date-time
         * @description When the first caller came.
         */
        startedAt?: string;
        /**
         * Format: date-time
         * @description The zero of transcript times; equals startedAt.
         */
        connectedAt?: string;
        /**
         * Format: date-time
         * @description When it ended.
         */
        endedAt?: string;
        /**
         * Format: date-time
         * @description When it failed.
         */
        failedAt?: string;
        /** @description Why it ended. */
        endReason?: components["schemas"]["EndReason"];
        /**
         * Format: int64
         * @description The last event's sequence.
         */
        latestSequence: number;
        /**
         * Format: int64
         * @description Raised by state, metadata and provider fields; the `ETag`.
         */
        version: number;
        /** @description Its limits. */
        limits: components["schemas"]["LimitsView"];
        /** @description Everybody invited or seen. */
        participants: components["schemas"]["Participant"][];
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_TenantConfig: {
      /** @description The page. */
      items: {
        tenantId: string;
        name: string;
        status: components["schemas"]["TenantStatus"];
        plan: string;
        /**
         * Format: int64
         * @description Null is no limit.
         */
        maxConcurrentCalls: number | null;
        /**
         * Format: int64
         * @description How many calls hold a slot now.
         */
        activeCalls: number;
        /** @description Feature flags: true or false each. */
        flags: {
          [key: string]: boolean;
        };
        metadata: Record<string, unknown>;
        /** @description How long it keeps what, when it is read alone. */
        retention?: components["schemas"]["RetentionDays"];
        /**
         * Format: int64
         * @description Rises with every change; also the ETag.
         */
        version: number;
        /** Format: date-time */
        createdAt: string;
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_TranscriptHit: {
      /** @description The page. */
      items: {
        /** @description The session. */
        sessionId: string;
        /** @description The utterance's id within it. */
        utteranceId: string;
        /**
         * Format: int64
         * @description The event that it stands on: the place to jump to.
         */
        sequence: number;
        /**
         * Format: date-time
         * @description When that happened.
         */
        at: string;
        /**
         * Format: int64
         * @description Where it begins, milliseconds since the call connected.
         */
        startMs: number;
        /**
         * Format: int64
         * @description Where it ends, milliseconds since the call connected.
         */
        endMs: number;
        /** @description `user`, `agent` or `unknown`. */
        speaker: string;
        /** @description The participant who spoke, when known. */
        participantId?: string;
        /** @description The whole utterance as it stands. */
        text: string;
        /** @description About 160 characters of it around the first hit, in pieces. */
        snippet: components["schemas"]["SearchSnippetPart"][];
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_User: {
      /** @description The page. */
      items: {
        userId: string;
        displayName?: string;
        /** @description Who vouches for them; `local` is the built-in issuer. */
        issuer: string;
        /** @description Who they are there. */
        subject: string;
        /** @description Stored roles; none means their own sessions only. */
        roles: components["schemas"]["Role"][];
        /** @description Whether they may not sign in. */
        disabled: boolean;
        /** Format: date-time */
        createdAt: string;
        /**
         * Format: date-time
         * @description To the minute.
         */
        lastSeenAt?: string;
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_WebhookDelivery: {
      /** @description The page. */
      items: {
        /** @description Also the `webhook-id` of every attempt. */
        deliveryId: string;
        endpointId: string;
        eventType: string;
        /** @description Absent for a test. */
        eventId?: string;
        /** @description Absent for a test. */
        sessionId?: string;
        /**
         * Format: int64
         * @description The event's place in its session; absent for a test.
         */
        sequence?: number;
        status: components["schemas"]["DeliveryStatus"];
        /**
         * Format: int64
         * @description How often it was tried.
         */
        attempts: number;
        /** Format: date-time */
        createdAt: string;
        /**
         * Format: date-time
         * @description Absent while an earlier event of the session comes first, and when nothing is left to do.
         */
        nextAttemptAt?: string;
        /** Format: date-time */
        deliveredAt?: string;
        lastAttempt?: components["schemas"]["WebhookAttempt"];
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description The answer of a list route. */
    List_WebhookEndpoint: {
      /** @description The page. */
      items: {
        endpointId: string;
        url: string;
        description?: string;
        /** @description Types of the contract, families such as `call.*`, or `*`. */
        eventTypes: string[];
        status: components["schemas"]["WebhookEndpointStatus"];
        disabledReason?: components["schemas"]["DisabledReason"];
        /** Format: date-time */
        disabledAt?: string;
        /**
         * Format: date-time
         * @description The first failed attempt since the last success.
         */
        failingSince?: string;
        /** Format: date-time */
        createdAt: string;
        /**
         * Format: int64
         * @description Deliveries that will still be tried.
         */
        pending: number;
        lastAttempt?: components["schemas"]["WebhookOutcome"];
        /**
         * Format: date-time
         * @description Until when the secret before the last rotation signs too.
         */
        previousSecretExpiresAt?: string;
      }[];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
    };
    /** @description A login that has begun. */
    LoggedIn: {
      principal: components["schemas"]["PrincipalView"];
      /** @description The value of `X-CSRF-Token` for every change. */
      csrfToken?: string;
    };
    /** @description Exactly one credential. */
    LoginRequest: {
      /** @description The token of a one-time login link. */
      loginToken?: string;
      /** @description An API key's secret. */
      apiKey?: string;
      /** @description A user token. */
      jwt?: string;
    };
    /** @description Where to go. */
    Map: {
      /** @description Our version. */
      version: string;
      /** @description The OpenAPI document. */
      openapi: string;
      /** @description The document, browsable. */
      docs: string;
      /** @description JSON Schemas of the events. */
      schemas: string;
      /** @description Every route, as `METHOD path`. */
      routes: string[];
    };
    /** @description Who calls, and what their page needs. */
    Me: {
      principal: components["schemas"]["PrincipalView"];
      /** @description For logins by cookie: the value of `X-CSRF-Token`. */
      csrfToken?: string;
      /** Format: date-time */
      serverTime: string;
      features: components["schemas"]["Features"];
      /** @description What to try first; only in the local mode, and only for users and keys. */
      firstSteps?: components["schemas"]["FirstSteps"];
    };
    /** @description What was missed. */
    Missed: {
      /** @description Events, ascending. */
      events: Record<string, unknown>[];
      /**
       * Format: int64
       * @description Where the next page starts.
       */
      nextAfterSequence: number;
      /** @description Whether there is more up to `untilSequence`. */
      hasMore: boolean;
      /**
       * Format: int64
       * @description The replay's pinned end.
       */
      untilSequence: number;
      /** @description The event at that end. */
      watermark: Record<string, unknown> | null;
    };
    /** @description An event as a producer sends it. The old names `timestamp` and `version` are accepted for `ts` and `schemaVersion`. */
    NewEvent: {
      /** @description Unique within the session, 1-128 characters without blanks; made by the server when absent. */
      eventId?: string;
      /** @description The session that the event is for. */
      sessionId: string;
      /**
       * Format: date-time
       * @description When it happened; the server's time when absent.
       */
      ts?: string;
      /** @description The type. */
      type: string;
      /** @description A participant that the producer speaks for. */
      actor?: components["schemas"]["Actor"];
      /** @description What happened, at most 64 KiB. */
      payload: Record<string, unknown>;
      /** @description `1.0`. */
      schemaVersion?: string;
      /**
       * Format: date-time
       * @deprecated
       * @description The old name of `ts`.
       */
      timestamp?: string;
      /**
       * @deprecated
       * @description The old name of `schemaVersion`.
       */
      version?: string;
    };
    /** @description Nothing: the body of a request that needs none. */
    Nothing: Record<string, unknown>;
    /**
     * @description What became of a delivery.
     * @enum {string}
     */
    Outcome: "applied" | "ignored" | "refused" | "unmapped" | "failed";
    /** @description Whom a session belongs to. */
    OwnerView: {
      /** @description The user; absent when the session belongs to the tenant. */
      userId?: string;
    };
    /** @description A participant of a session, over all its connections. */
    Participant: {
      /** @description Its id. */
      participantId: string;
      /** @description Its identity at the provider. */
      identity: string;
      /** @description What the provider says it is. */
      kind: components["schemas"]["ParticipantKind"];
      /** @description `caller`, `agent` or `observer`; absent for recorders and the like. */
      role?: components["schemas"]["ParticipantRole"];
      /** @description A name to show. */
      name?: string;
      /** @description The user behind it. */
      userId?: string;
      /** @description `invited`, `ringing`, `connected`, `reconnecting` or `left`. */
      state: components["schemas"]["ParticipantState"];
      /**
       * Format: date-time
       * @description When it first joined.
       */
      joinedAt?: string;
      /**
       * Format: date-time
       * @description When it left.
       */
      leftAt?: string;
      /** @description Why it left. */
      leaveReason?: string;
      /** @description Set while its reconnect window is open. */
      reconnect?: components["schemas"]["WindowView"];
    };
    /**
     * @description What the provider says a participant is.
     * @enum {string}
     */
    ParticipantKind: "standard" | "agent" | "phone" | "ingress" | "egress" | "other";
    /**
     * @description What a participant is to the call.
     * @enum {string}
     */
    ParticipantRole: "caller" | "agent" | "observer";
    /**
     * @description Where a participant stands.
     * @enum {string}
     */
    ParticipantState: "invited" | "ringing" | "connected" | "reconnecting" | "left";
    /**
     * @description Whom a session pass speaks for.
     * @enum {string}
     */
    PassKind: "participant" | "agent";
    /** @description A change of metadata. */
    PatchAsk: {
      /** @description Merged into the metadata; a null deletes its key. */
      metadata: Record<string, unknown>;
    };
    /** @description Who calls. */
    PrincipalView: {
      kind: components["schemas"]["Kind"];
      tenantId: string;
      tenantName: string;
      userId?: string;
      keyId?: string;
      /** @description The user's or key's name. */
      displayName?: string;
      /** @description A user's roles, as narrowed by their token. */
      roles: components["schemas"]["Role"][];
      /** @description A key's scopes. */
      scopes: components["schemas"]["Scope"][];
      sessionId?: string;
      participantId?: string;
      /** @description Whom a pass speaks for. */
      passKind?: components["schemas"]["PassKind"];
    };
    /** @description The outcome of the connection test. Steps after a failed one are not tried and not listed. */
    ProbeReport: {
      /** @description Whether every step went well. */
      ok: boolean;
      /** @description The steps in order. */
      steps: components["schemas"]["Step"][];
    };
    /** @description The problem document, for the OpenAPI document. Some codes add members, which their pages name. */
    Problem: {
      /**
       * @description The page that explains the code.
       * @example /docs/errors/VALIDATION_FAILED
       */
      type: string;
      /** @description A short title of the code. */
      title: string;
      /**
       * Format: int32
       * @description The HTTP status.
       */
      status: number;
      /** @description What was wrong this time. */
      detail: string;
      /**
       * @description The stable code.
       * @example VALIDATION_FAILED
       */
      code: string;
      /** @description Whether the same request may succeed later, unchanged. */
      retryable: boolean;
      /** @description Leads to the log lines of this request. */
      traceId: string;
      /** @description Faults by place, for validation. */
      errors?: components["schemas"]["ProblemField"][];
    };
    /** @description One fault in a request. */
    ProblemField: {
      /** @description JSON Pointer into the body, or `query:name`, `header:name`, `path:name`. */
      pointer: string;
      /** @description What is wrong there and what would be right. */
      reason: string;
    };
    /** @description A receipt that was processed again. */
    Processed: {
      /** @description The receipt as it is now. */
      receipt: components["schemas"]["ReceiptView"];
    };
    /** @description A published schema. */
    PublishedSchema: {
      /** @description The event type, or `envelope` (as delivered) or `incoming` (as sent). */
      name: string;
      /** @description The family of a type; absent for the envelopes. */
      family?: string;
      /** @description Where the schema is. */
      url: string;
    };
    /** @description What one query cost. */
    QueryCost: {
      /** @description The query's name. */
      query: string;
      /**
       * Format: int64
       * @description Rows read.
       */
      rows: number;
      /**
       * Format: int64
       * @description Microseconds in the database.
       */
      micros: number;
    };
    /** @description Readiness with reasons. */
    Readiness: {
      /** @description Whether traffic should come here. */
      ready: boolean;
      /** @description Each check. */
      checks: components["schemas"]["Check"][];
    };
    /** @description A delivery of the provider. */
    ReceiptView: {
      /** @description Its id. */
      receiptId: string;
      /** @description `livekit`, or `simulated`. */
      provider: string;
      /** @description The provider's id of the delivery. */
      providerEventId: string;
      /** @description The event's name; empty when the body could not be read. */
      event: string;
      /**
       * Format: date-time
       * @description When it arrived.
       */
      receivedAt: string;
      /** @description The session of its room. */
      sessionId?: string;
      /** @description What became of it. */
      outcome: components["schemas"]["Outcome"];
      /** @description Why. */
      reason?: string;
      /** @description Ids of the events that it added. */
      published: string[];
      /**
       * Format: int64
       * @description How often it was processed.
       */
      attempts: number;
      /** @description The body, without secrets. */
      body: Record<string, unknown>;
      /** @description SHA-256 of the body as it came, hexadecimal. */
      bodySha256: string;
    };
    /** @description Back in the call. */
    ReconnectAnswer: {
      /** @description The session. */
      session: components["schemas"]["Session"];
      /** @description Who you are in it. */
      participantId: string;
      /** @description The next resume token. */
      resumeToken: string;
      /**
       * Format: date-time
       * @description Our clock.
       */
      serverTime: string;
      /** @description How to reach the media, when a provider is configured. */
      transport?: components["schemas"]["Transport"];
      /** @description What was missed. */
      replay: components["schemas"]["Missed"];
    };
    /** @description A request to come back. */
    ReconnectAsk: {
      /** @description The current resume token. */
      resumeToken: string;
      /** @description The consumer whose place the replay starts from, 1-64 characters. */
      consumerId: string;
      /**
       * Format: int64
       * @description The last sequence that the consumer has; also stored as its checkpoint.
       */
      lastAckSequence?: number;
      /**
       * Format: int64
       * @description Most events in the answer, 1-1000; default 100.
       */
      limit?: number;
    };
    /** @description Deliveries that were rejected for one reason. */
    RejectionView: {
      /** @description `livekit`, or `simulated`. */
      provider: string;
      /**
       * @description `header_missing`, `malformed`, `algorithm`, `unknown_key`, `signature`, `expired`, `not_yet_valid`,
       *     `digest_missing`, `digest`.
       */
      reason: string;
      /**
       * Format: int64
       * @description How many.
       */
      count: number;
      /**
       * Format: date-time
       * @description The first of them.
       */
      firstAt: string;
      /**
       * Format: date-time
       * @description The last of them.
       */
      lastAt: string;
      /** @description What it means, and what to look at. */
      advice: string;
    };
    /** @description One page of a session's log. */
    Replay: {
      /** @description Events, ascending. */
      events: components["schemas"]["Event"][];
      /**
       * Format: int64
       * @description Where the next page starts; advances over events that were filtered out.
       */
      nextAfterSequence: number;
      /** @description Whether this replay has more. */
      hasMore: boolean;
      watermark: components["schemas"]["Watermark"] | null;
      /** @description What each query cost, when asked for. */
      diagnostics?: components["schemas"]["QueryCost"][];
    };
    /** @description Whether the report became a fact. */
    ReportAnswer: {
      /** @description False when it told nothing new. */
      recorded: boolean;
    };
    /** @description What a page or agent saw of its own connection. */
    ReportAsk: {
      /** @description Chosen by the reporter, 1-64 characters; the same report again has no effect. */
      reportId: string;
      /** @description Lost or back. */
      state: components["schemas"]["ReportState"];
      /** @description What was lost. */
      kind: components["schemas"]["ReportKind"];
      /**
       * Format: int64
       * @description How long it was lost, 0 ms to 1 h; with `connected`, when it is told only on return.
       */
      lostForMs?: number;
    };
    /**
     * @description What was lost.
     * @enum {string}
     */
    ReportKind: "signal" | "media";
    /**
     * @description Lost or back.
     * @enum {string}
     */
    ReportState: "reconnecting" | "connected";
    /** @description A request that changed something, or tried to. */
    RequestEntry: {
      requestId: string;
      /**
       * Format: date-time
       * @description When it arrived.
       */
      at: string;
      /**
       * Format: int64
       * @description Milliseconds until the answer began.
       */
      durationMs: number;
      principal: components["schemas"]["RequestPrincipal"];
      method: string;
      /** @description The path's template. */
      route: string;
      /** @description The path, without its query. A parameter that cannot be an id stands as its name in the template. */
      path: string;
      /** @description The session that the path names, or that the request made. There need not be such a session. */
      sessionId?: string;
      /**
       * Format: int64
       * @description The answer's status.
       */
      status: number;
      /** @description The code of the refusal. */
      code?: string;
      /** @description The trace id, as in `x-trace-id` of the answer. */
      traceId: string;
    };
    /** @description Who called. */
    RequestPrincipal: {
      /** @description `user`, `key` or `pass`. */
      kind: string;
      id: string;
      /** @description Their name now, when they have one here. */
      name?: string;
    };
    /** @description What to send again. */
    ResendWebhooks: {
      /**
       * Format: date-time
       * @description Deliveries made at this instant or later.
       */
      since: string;
      /**
       * Format: date-time
       * @description Deliveries made before this instant; now if absent.
       */
      until?: string;
    };
    /** @description How long data is kept. */
    Retention: {
      /** @description What holds now. */
      days: components["schemas"]["RetentionDays"];
      /** @description What holds where nothing is said. */
      defaults: components["schemas"]["RetentionDays"];
      /** @description What went lately, newest first. */
      runs: components["schemas"]["RetentionRun"][];
    };
    /** @description How long each kind of data is kept, days; null keeps it. */
    RetentionDays: {
      /**
       * Format: int64
       * @description Whole calls, counted from their end: log, transcript and records. A tombstone with the id stays.
       */
      events?: number;
      /**
       * Format: int64
       * @description The personal text of calls, counted from their end. Order, counts and times stay.
       */
      text?: number;
      /**
       * Format: int64
       * @description What media providers delivered.
       */
      receipts?: number;
      /**
       * Format: int64
       * @description What was sent to webhook endpoints.
       */
      deliveries?: number;
      /**
       * Format: int64
       * @description The request log.
       */
      requests?: number;
      /**
       * Format: int64
       * @description The audit: at least 365.
       */
      audit?: number;
    };
    /** @description What went on a day. */
    RetentionRun: {
      /** @description The kind of data. */
      kind: string;
      /**
       * Format: date
       * @description The day, UTC.
       */
      day: string;
      /**
       * Format: int64
       * @description How many rows or calls went.
       */
      removed: number;
    };
    /**
     * @description A role of a user, stored as a row; ordered from least to most.
     * @enum {string}
     */
    Role: "viewer" | "operator" | "admin" | "owner";
    /** @description How to rotate. */
    RotateApiKey: {
      /**
       * Format: int64
       * @description How long the old secret still works, seconds; a day if absent.
       */
      overlapSeconds?: number;
    };
    /** @description How to rotate. */
    RotateWebhookSecret: {
      /**
       * Format: int64
       * @description How long the old secret signs too, seconds; a day if absent.
       */
      overlapSeconds?: number;
    };
    /**
     * @description What an API key may do.
     * @enum {string}
     */
    Scope:
      | "calls:read"
      | "calls:write"
      | "events:read"
      | "events:write"
      | "transcripts:read"
      | "provider:read"
      | "keys:manage"
      | "webhooks:manage"
      | "data:erase"
      | "actions:propose"
      | "actions:decide"
      | "installation:*";
    /** @description A piece of a snippet. */
    SearchSnippetPart: {
      /** @description The text as it was said; `…` stands where more of it follows. */
      text: string;
      /** @description Whether it is what was looked for. */
      hit: boolean;
    };
    /** @description One server-sent event, as its fields come. */
    ServerSentEvent: {
      /** @description Where to resume from: the sequence in a session's stream, an opaque place in a tenant's. */
      id?: string;
      /** @description The event's type, or `closed`. */
      event: string;
      /** @description The event as JSON; of `closed`, the reason. */
      data: string;
    };
    /** @description One objective over a window. */
    ServiceLevel: {
      /** @description Which. */
      objective: components["schemas"]["ServiceObjective"];
      /**
       * Format: double
       * @description What is promised.
       */
      target: number;
      /** @description What `target` and `measured` are given in. */
      unit: components["schemas"]["ServiceLevelUnit"];
      /** @description On which side of `target` the figure must be. */
      direction: components["schemas"]["ServiceLevelDirection"];
      /**
       * Format: double
       * @description What came out: a share, or the 95th percentile, interpolated within its bucket. Null without data.
       */
      measured: number | null;
      /** @description Whether it may be more than `measured`: the percentile is above all buckets. */
      above: boolean;
      /**
       * Format: int64
       * @description How many were good.
       */
      good: number;
      /**
       * Format: int64
       * @description Of how many.
       */
      total: number;
      budget: components["schemas"]["ErrorBudget"] | null;
      /** @description Whether the target is met. Null without data: then it is neither met nor missed. */
      met: boolean | null;
      /** @description What is counted, and where it is stored. */
      source: string;
      /** @description What else there is to know about this figure. */
      note?: string;
    };
    /**
     * @description On which side of its target a figure must be.
     * @enum {string}
     */
    ServiceLevelDirection: "at_least" | "at_most";
    /**
     * @description What a target is given in.
     * @enum {string}
     */
    ServiceLevelUnit: "percent" | "ms";
    /** @description Every objective over a window. */
    ServiceLevels: {
      /** @description `1h`, `24h`, `7d` or `28d`. */
      window: string;
      /**
       * Format: date-time
       * @description Where it begins.
       */
      from: string;
      /**
       * Format: date-time
       * @description Where it ends: when it was read.
       */
      until: string;
      /**
       * @description `installation`, or `tenant`: then requests, events, deliveries, transcripts and cuts are the tenant's own, and
       *     minutes the installation's.
       */
      scope: string;
      /** @description Each objective. */
      objectives: components["schemas"]["ServiceLevel"][];
    };
    /**
     * @description What is promised.
     * @enum {string}
     */
    ServiceObjective:
      | "availability"
      | "api_p95"
      | "server_errors"
      | "event_visible_p95"
      | "delivery"
      | "transcript_p95"
      | "reconnect"
      | "budget";
    /** @description A call session. */
    Session: {
      /** @description Unique in its tenant. */
      sessionId: string;
      /** @description `created -> active -> ended | failed`. */
      status: components["schemas"]["Status"];
      /** @description How the callers are connected. */
      connection: components["schemas"]["ConnectionState"];
      /** @description `voice` or `video`. */
      channel: components["schemas"]["Channel"];
      /** @description `inbound` or `outbound`. */
      direction: components["schemas"]["Direction"];
      /** @description The builder's own reference. */
      correlationId?: string;
      /** @description Whom it belongs to. */
      owner: components["schemas"]["OwnerView"];
      /** @description The media provider, or `none`. */
      provider: string;
      /** @description The room's name at the provider. */
      providerRoomId?: string;
      /** @description The first caller's identity. */
      providerParticipantId?: string;
      /** @description Made at activation. */
      providerCallId?: string;
      /** @description The builder's own data. */
      metadata: Record<string, unknown>;
      /** @description The last error. */
      lastError?: components["schemas"]["LastErrorView"];
      /**
       * Format: date-time
       * @description When all personal text in it was erased.
       */
      erasedAt?: string;
      /**
       * Format: date-time
       * @description When it was made.
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description When the first caller came.
       */
      startedAt?: string;
      /**
       * Format: date-time
       * @description The zero of transcript times; equals startedAt.
       */
      connectedAt?: string;
      /**
       * Format: date-time
       * @description When it ended.
       */
      endedAt?: string;
      /**
       * Format: date-time
       * @description When it failed.
       */
      failedAt?: string;
      /** @description Why it ended. */
      endReason?: components["schemas"]["EndReason"];
      /**
       * Format: int64
       * @description The last event's sequence.
       */
      latestSequence: number;
      /**
       * Format: int64
       * @description Raised by state, metadata and provider fields; the `ETag`.
       */
      version: number;
      /** @description Its limits. */
      limits: components["schemas"]["LimitsView"];
      /** @description Everybody invited or seen. */
      participants: components["schemas"]["Participant"][];
    };
    /** @description How long each kind is kept from now on, days. What is left out gets its default, null keeps. */
    SetRetention: {
      /**
       * Format: int64
       * @description Whole calls, counted from their end.
       */
      events?: number;
      /**
       * Format: int64
       * @description The personal text of calls, counted from their end.
       */
      text?: number;
      /**
       * Format: int64
       * @description What media providers delivered.
       */
      receipts?: number;
      /**
       * Format: int64
       * @description What was sent to webhook endpoints.
       */
      deliveries?: number;
      /**
       * Format: int64
       * @description The request log.
       */
      requests?: number;
      /**
       * Format: int64
       * @description The audit.
       */
      audit?: number;
    };
    /** @description Who wants to connect. */
    SimulatedConnect: {
      /** @description The transport's `accessToken`. */
      accessToken: string;
    };
    /** @description An open connection. */
    SimulatedConnection: {
      /** @description The room's id. */
      roomSid: string;
      /** @description The connection's id. */
      participantSid: string;
      /** @description Speaks for this connection, as long as it lasts. */
      connectionToken: string;
      /**
       * Format: int64
       * @description Ping this often, or the connection counts as lost after three times as long.
       */
      pingEveryMs: number;
    };
    /** @description Which connection ends, and why. */
    SimulatedDisconnect: {
      /** @description The connection's own token. */
      connectionToken: string;
      /** @description `CLIENT_INITIATED` when absent. */
      reason?: components["schemas"]["SimulatedReason"];
    };
    /** @description Nothing more to say. */
    SimulatedDone: Record<string, unknown>;
    /** @description Which connection. */
    SimulatedHandle: {
      /** @description The connection's own token. */
      connectionToken: string;
    };
    /**
     * @description Why a client disconnects.
     * @enum {string}
     */
    SimulatedReason: "CLIENT_INITIATED" | "USER_REJECTED";
    /** @description A published microphone. */
    SimulatedTrack: {
      /** @description The track's id. */
      trackSid: string;
    };
    /** @description The session after the request. */
    StateAnswer: {
      /** @description The session. */
      session: components["schemas"]["Session"];
      /** @description Whether it already had that status. */
      idempotentReplay: boolean;
    };
    /** @description A request for a status. */
    StateAsk: {
      /** @description `active`, `ended` or `failed`. */
      status: components["schemas"]["AskedStatus"];
      /** @description Why the call ends; what may be asked depends on who asks. */
      endReason?: components["schemas"]["EndReason"];
      /** @description The provider of an externally run call, 1-64 characters. */
      provider?: string;
      /** @description Its room, 1-200 characters. */
      providerRoomId?: string;
      /** @description Its first caller, 1-200 characters. */
      providerParticipantId?: string;
      /** @description Its call id, 1-200 characters. */
      providerCallId?: string;
      /** @description With `failed`: why. */
      error?: components["schemas"]["FailureAsk"];
    };
    /**
     * @description A session's status: `created -> active -> ended | failed`, also `created -> ended | failed`.
     * @enum {string}
     */
    Status: "created" | "active" | "ended" | "failed";
    /** @description One step of the connection test. */
    Step: {
      /** @description `configured`, `connect`, `clock`, `apiKey`, `room`, `webhook`. */
      step: string;
      /** @description Whether it went well. */
      ok: boolean;
      /** @description What was seen, and what to do about it. */
      detail: string;
      /**
       * Format: int64
       * @description How long it took, milliseconds.
       */
      ms: number;
    };
    /** @description What became of a delivery. */
    Taken: {
      /** @description Always true: the delivery is stored. */
      ok: boolean;
      /** @description The session of its room. */
      sessionId?: string;
      /** @description Ids of the events that it added. */
      published: string[];
      /** @description Whether it had been delivered before. */
      replayed: boolean;
      /** @description Whether it had no effect on a session. */
      ignored: boolean;
      /** @description The receipt. */
      receiptId: string;
    };
    /** @description A tenant and its configuration. */
    TenantConfig: {
      tenantId: string;
      name: string;
      status: components["schemas"]["TenantStatus"];
      plan: string;
      /**
       * Format: int64
       * @description Null is no limit.
       */
      maxConcurrentCalls: number | null;
      /**
       * Format: int64
       * @description How many calls hold a slot now.
       */
      activeCalls: number;
      /** @description Feature flags: true or false each. */
      flags: {
        [key: string]: boolean;
      };
      metadata: Record<string, unknown>;
      /** @description How long it keeps what, when it is read alone. */
      retention?: components["schemas"]["RetentionDays"];
      /**
       * Format: int64
       * @description Rises with every change; also the ETag.
       */
      version: number;
      /** Format: date-time */
      createdAt: string;
    };
    /**
     * @description Whether a tenant may start new work.
     * @enum {string}
     */
    TenantStatus: "active" | "suspended";
    /** @description A provider token and what belongs to it. */
    TokenAnswer: {
      /** @description How to reach the media. */
      transport: components["schemas"]["Transport"];
      /** @description The participant that it is for. */
      participantId: string;
      /** @description The session pass of that participant. */
      pass: string;
      /** @description Lets that participant come back after a cut. */
      resumeToken: string;
    };
    /** @description A request for a provider token. */
    TokenAsk: {
      /** @description A name to show, 1-100 characters. */
      participantName?: string;
      /**
       * Format: int64
       * @description The token's lifetime, 30-3600 seconds; default 300.
       */
      ttlSeconds?: number;
      /** @description `caller` (default), `agent` or `observer`. */
      kind?: components["schemas"]["ParticipantRole"];
      /** @description Whether media may be published; observers never publish. Default true. */
      canPublish?: boolean;
      /** @description With kind agent: the agent's name, 1-100 characters. */
      agentName?: string;
    };
    /** @description The transcript as it stands, ordered by where utterances begin. */
    Transcript: {
      /** @description Utterances. */
      segments: components["schemas"]["TranscriptSegment"][];
      /**
       * Format: int64
       * @description The newest `transcript.*` event that this state takes into account; 0 when there is none.
       */
      revision: number;
    };
    /** @description What a compaction did. */
    TranscriptCompaction: {
      /**
       * Format: int64
       * @description Versions removed.
       */
      removed: number;
      /**
       * Format: int64
       * @description Versions that remain.
       */
      kept: number;
      /**
       * Format: int64
       * @description The newest sequence that was looked at; 0 when there was nothing to do.
       */
      upToSequence: number;
    };
    /** @description An utterance that has all the words. */
    TranscriptHit: {
      /** @description The session. */
      sessionId: string;
      /** @description The utterance's id within it. */
      utteranceId: string;
      /**
       * Format: int64
       * @description The event that it stands on: the place to jump to.
       */
      sequence: number;
      /**
       * Format: date-time
       * @description When that happened.
       */
      at: string;
      /**
       * Format: int64
       * @description Where it begins, milliseconds since the call connected.
       */
      startMs: number;
      /**
       * Format: int64
       * @description Where it ends, milliseconds since the call connected.
       */
      endMs: number;
      /** @description `user`, `agent` or `unknown`. */
      speaker: string;
      /** @description The participant who spoke, when known. */
      participantId?: string;
      /** @description The whole utterance as it stands. */
      text: string;
      /** @description About 160 characters of it around the first hit, in pieces. */
      snippet: components["schemas"]["SearchSnippetPart"][];
    };
    /** @description An utterance as it stands. */
    TranscriptSegment: {
      /** @description The utterance's id. */
      utteranceId: string;
      /** @description The participant who spoke, when known. */
      participantId?: string;
      /** @description `user`, `agent` or `unknown`. */
      speaker: string;
      /** @description What was said. */
      text: string;
      /**
       * Format: int64
       * @description Where it begins, milliseconds since the call connected.
       */
      startMs: number;
      /**
       * Format: int64
       * @description Where it ends, milliseconds since the call connected.
       */
      endMs: number;
      /** @description Whether it is final; a partial may still change. */
      final: boolean;
      /**
       * Format: int64
       * @description How often a final was corrected.
       */
      revision: number;
      /**
       * Format: int64
       * @description The event that it stands on.
       */
      sequence: number;
      /**
       * Format: int64
       * @description The event that first told of it.
       */
      firstSequence: number;
      /**
       * Format: double
       * @description How sure the recogniser is, 0 to 1.
       */
      confidence?: number;
      /** @description BCP 47 language tag. */
      language?: string;
      /** @description `speech`, `typed` or `agent`. */
      source?: string;
    };
    /** @description One version of an utterance. */
    TranscriptSnapshot: {
      /**
       * Format: int64
       * @description The event that it came with.
       */
      sequence: number;
      /**
       * Format: date-time
       * @description When that happened.
       */
      ts: string;
      /** @description The utterance's id. */
      utteranceId: string;
      /** @description The participant who spoke, when known. */
      participantId?: string;
      /** @description `user`, `agent` or `unknown`. */
      speaker: string;
      /** @description What was said. */
      text: string;
      /**
       * Format: int64
       * @description Where it begins, milliseconds since the call connected.
       */
      startMs: number;
      /**
       * Format: int64
       * @description Where it ends, milliseconds since the call connected.
       */
      endMs: number;
      /** @description Whether it is a final. */
      final: boolean;
      /**
       * Format: double
       * @description How sure the recogniser is, 0 to 1.
       */
      confidence?: number;
      /** @description BCP 47 language tag. */
      language?: string;
      /** @description `speech`, `typed` or `agent`. */
      source?: string;
    };
    /** @description Stored versions, oldest first, and what there is in all. */
    TranscriptSnapshots: {
      /** @description The page. */
      items: components["schemas"]["TranscriptSnapshot"][];
      /** @description Leads to the next page; null on the last one. */
      nextCursor: string | null;
      /**
       * Format: int64
       * @description Versions stored for this session.
       */
      count: number;
      /**
       * Format: int64
       * @description The oldest one's sequence.
       */
      firstSequence?: number;
      /**
       * Format: int64
       * @description The newest one's sequence.
       */
      lastSequence?: number;
      /**
       * Format: int64
       * @description UTF-8 bytes of all their texts.
       */
      bytes: number;
    };
    /** @description How to reach the media. */
    Transport: {
      /** @description The provider's name. */
      provider: string;
      /** @description The address that browsers connect to. */
      wsUrl: string;
      /** @description The room's name. */
      roomName: string;
      /** @description The identity in the room. */
      participantIdentity: string;
      /** @description The provider's token; never stored. */
      accessToken: string;
      /**
       * Format: int64
       * @description Its lifetime.
       */
      expiresInSeconds: number;
      /**
       * Format: date-time
       * @description When it was made.
       */
      issuedAt: string;
    };
    /** @description Why there is no media. */
    Unavailable: {
      /** @description A code. */
      code: string;
      /** @description What to do. */
      message: string;
    };
    /** @description What to change; absent members stay. */
    UpdateTenant: {
      /** @description A name for people. */
      name?: string;
      /** @description Suspended tenants can read, but not start anything new. */
      status?: components["schemas"]["TenantStatus"];
      /** @description The plan's name. */
      plan?: string;
      /**
       * Format: int64
       * @description Limit of concurrent calls; null takes it away.
       */
      maxConcurrentCalls?: number;
      /** @description Flags to set; null takes one away. */
      flags?: {
        [key: string]: boolean | null;
      };
      /** @description Members to set; null takes one away. */
      metadata?: Record<string, unknown>;
    };
    /** @description What to change; absent members stay. */
    UpdateUser: {
      /** @description All roles from now on. */
      roles?: components["schemas"]["Role"][];
      /** @description A name for people; null takes it away. */
      displayName?: string;
      /** @description Disabled users cannot sign in, and their logins end. */
      disabled?: boolean;
    };
    /** @description What changes; absent members stay. */
    UpdateWebhookEndpoint: {
      url?: string;
      /** @description Null takes it away. */
      description?: string;
      eventTypes?: string[];
      /** @description `disabled` cancels what is pending. */
      status?: components["schemas"]["WebhookEndpointStatus"];
    };
    /** @description A person in the tenant. */
    User: {
      userId: string;
      displayName?: string;
      /** @description Who vouches for them; `local` is the built-in issuer. */
      issuer: string;
      /** @description Who they are there. */
      subject: string;
      /** @description Stored roles; none means their own sessions only. */
      roles: components["schemas"]["Role"][];
      /** @description Whether they may not sign in. */
      disabled: boolean;
      /** Format: date-time */
      createdAt: string;
      /**
       * Format: date-time
       * @description To the minute.
       */
      lastSeenAt?: string;
    };
    /** @description The last event that a replay covers. */
    Watermark: {
      /**
       * Format: int64
       * @description Its sequence.
       */
      sequence: number;
      /** @description Its id. */
      eventId: string;
      /**
       * Format: date-time
       * @description Its instant.
       */
      ts: string;
    };
    /** @description One attempt. */
    WebhookAttempt: {
      /** Format: date-time */
      at: string;
      /** @description Whether it was answered 2xx. */
      ok: boolean;
      /**
       * Format: int64
       * @description The HTTP status, when there was an answer.
       */
      status?: number;
      /**
       * Format: int64
       * @description How long it took, milliseconds.
       */
      ms: number;
      /** @description Why it failed. */
      error?: string;
      /** @description The first 4 KiB of the answer. */
      responseBody?: string;
    };
    /** @description One event on its way to one endpoint. */
    WebhookDelivery: {
      /** @description Also the `webhook-id` of every attempt. */
      deliveryId: string;
      endpointId: string;
      eventType: string;
      /** @description Absent for a test. */
      eventId?: string;
      /** @description Absent for a test. */
      sessionId?: string;
      /**
       * Format: int64
       * @description The event's place in its session; absent for a test.
       */
      sequence?: number;
      status: components["schemas"]["DeliveryStatus"];
      /**
       * Format: int64
       * @description How often it was tried.
       */
      attempts: number;
      /** Format: date-time */
      createdAt: string;
      /**
       * Format: date-time
       * @description Absent while an earlier event of the session comes first, and when nothing is left to do.
       */
      nextAttemptAt?: string;
      /** Format: date-time */
      deliveredAt?: string;
      lastAttempt?: components["schemas"]["WebhookAttempt"];
    };
    /** @description A delivery with what is posted and what came back. */
    WebhookDeliveryDetail: components["schemas"]["WebhookDelivery"] & {
      /** @description What is posted, at each attempt the same; null when the log does not have the event any more. */
      body: Record<string, unknown> | null;
      /** @description The newest 30 attempts, newest first. */
      history: components["schemas"]["WebhookAttempt"][];
    };
    /** @description Where a tenant's events go. */
    WebhookEndpoint: {
      endpointId: string;
      url: string;
      description?: string;
      /** @description Types of the contract, families such as `call.*`, or `*`. */
      eventTypes: string[];
      status: components["schemas"]["WebhookEndpointStatus"];
      disabledReason?: components["schemas"]["DisabledReason"];
      /** Format: date-time */
      disabledAt?: string;
      /**
       * Format: date-time
       * @description The first failed attempt since the last success.
       */
      failingSince?: string;
      /** Format: date-time */
      createdAt: string;
      /**
       * Format: int64
       * @description Deliveries that will still be tried.
       */
      pending: number;
      lastAttempt?: components["schemas"]["WebhookOutcome"];
      /**
       * Format: date-time
       * @description Until when the secret before the last rotation signs too.
       */
      previousSecretExpiresAt?: string;
    };
    /**
     * @description Whether an endpoint is in use.
     * @enum {string}
     */
    WebhookEndpointStatus: "enabled" | "disabled";
    /** @description An endpoint with its secret, shown once. */
    WebhookEndpointWithSecret: {
      endpoint: components["schemas"]["WebhookEndpoint"];
      /** @description `whsec_…`; only in the first answer. */
      secret?: string;
      /** @description Whether this answer holds the secret; false in a replay. */
      secretShown: boolean;
    };
    /** @description Nothing to say. */
    WebhookNothing: Record<string, unknown>;
    /** @description What the newest attempt at an endpoint came to. */
    WebhookOutcome: {
      /** Format: date-time */
      at: string;
      ok: boolean;
      /**
       * Format: int64
       * @description The HTTP status, when there was an answer.
       */
      status?: number;
      error?: string;
    };
    /** @description What a test or a resend made. */
    WebhookQueued: {
      delivery: components["schemas"]["WebhookDelivery"];
    };
    /** @description How many deliveries a resend queues. */
    WebhooksQueued: {
      /** Format: int64 */
      queued: number;
    };
    /** @description An open reconnect window. */
    WindowView: {
      /**
       * Format: int64
       * @description Which loss it is, from 1.
       */
      attempt: number;
      /**
       * Format: date-time
       * @description When the connection was lost.
       */
      lostAt: string;
      /**
       * Format: date-time
       * @description When the window closes.
       */
      windowEndsAt: string;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  health: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Alive */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Alive"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  ready: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Ready */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Readiness"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  metrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Metrics */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/openmetrics-text": string;
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  map: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Where to go */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Map"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  list_api_keys: {
    parameters: {
      query?: {
        /** @description Rows of the page. */
        limit?: number;
        /** @description `nextCursor` of the page before. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_ApiKey"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  create_api_key: {
    parameters: {
      query?: never;
      header?: {
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateApiKey"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["KeyWithSecret"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN`, `SCOPE_EXCEEDED` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  get_api_key: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        keyId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ApiKey"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  revoke_api_key: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        keyId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is revoked */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  rotate_api_key: {
    parameters: {
      query?: never;
      header?: {
        "Idempotency-Key"?: string;
      };
      path: {
        keyId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["RotateApiKey"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["KeyWithSecret"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN`, `SCOPE_EXCEEDED` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS`, `INVALID_TRANSITION` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  list_issuers: {
    parameters: {
      query?: {
        /** @description Rows of the page. */
        limit?: number;
        /** @description `nextCursor` of the page before. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_Issuer"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  create_issuer: {
    parameters: {
      query?: never;
      header?: {
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateIssuer"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Issuer"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `ALREADY_EXISTS`, `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  remove_issuer: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        issuerId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is out of use */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  list_users: {
    parameters: {
      query?: {
        /** @description Rows of the page. */
        limit?: number;
        /** @description `nextCursor` of the page before. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_User"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  create_user: {
    parameters: {
      query?: never;
      header?: {
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateUser"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["User"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN`, `SCOPE_EXCEEDED` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `ALREADY_EXISTS`, `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  update_user: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        userId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateUser"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["User"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN`, `SCOPE_EXCEEDED` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CONTENT_ERASED` */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  get_me: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Me"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  login: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["LoginRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          /** @description The login cookie */
          "Set-Cookie"?: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["LoggedIn"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `LOGIN_LINK_INVALID`, `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  logout: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is signed out */
      204: {
        headers: {
          /** @description Clears the cookie */
          "Set-Cookie"?: string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  list_audit: {
    parameters: {
      query?: {
        /** @description Rows of the page. */
        limit?: number;
        /** @description `nextCursor` of the page before. */
        cursor?: string;
        /** @description Only this action, `key.create`. */
        action?: string;
        /** @description Only what this user, key or pass did, by its id. */
        actorId?: string;
        /** @description Only what was done to this, by its id. */
        objectId?: string;
        /** @description Only what was done at this instant or later, RFC 3339. */
        from?: string;
        /** @description Only what was done before this instant, RFC 3339. */
        until?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_AuditEntry"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  list_requests: {
    parameters: {
      query?: {
        /** @description Only requests that name this session, or made it. */
        sessionId?: string;
        /** @description Only this method. */
        method?: "POST" | "PUT" | "PATCH" | "DELETE";
        /** @description Only answers of this class. */
        status?: "2xx" | "4xx" | "5xx";
        /** @description Only requests of this key, user or pass, by its id. */
        principalId?: string;
        /** @description Rows of the page. */
        limit?: number;
        /** @description `nextCursor` of the page before. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_RequestEntry"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  get_retention: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Retention"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  put_retention: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SetRetention"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Retention"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  list_tenants: {
    parameters: {
      query?: {
        /** @description Rows of the page. */
        limit?: number;
        /** @description `nextCursor` of the page before. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_TenantConfig"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  create_tenant: {
    parameters: {
      query?: never;
      header?: {
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateTenant"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TenantConfig"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  get_tenant_config: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        tenantId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          /** @description The version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TenantConfig"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  update_tenant_config: {
    parameters: {
      query?: never;
      header?: {
        /** @description The version that was read */
        "If-Match"?: string;
      };
      path: {
        tenantId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateTenant"];
      };
    };
    responses: {
      200: {
        headers: {
          /** @description The version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TenantConfig"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `PRECONDITION_FAILED` */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  list_sessions: {
    parameters: {
      query?: {
        /** @description Only sessions of this status. */
        status?: components["schemas"]["Status"];
        /** @description Only sessions of this connection. */
        connection?: components["schemas"]["ConnectionState"];
        /** @description Only sessions of this user. */
        ownerUserId?: string;
        /** @description Only sessions with this reference. */
        correlationId?: string;
        /** @description Only the session of this room. */
        providerRoomId?: string;
        /** @description Made at or after this instant. */
        createdAfter?: string;
        /** @description Made before this instant. */
        createdBefore?: string;
        /** @description Only sessions whose metadata has this key. */
        metadataKey?: string;
        /** @description With `metadataKey`: only those with this value (text as it is, others as JSON). */
        metadataValue?: string;
        /**
         * @description Only sessions that have this text in their title (`metadata.title`), id, `correlationId`, room, or in a participant's
         *     name or identity. At most 200 characters; A-Z and a-z are the same.
         */
        q?: string;
        /** @description 1-100, default 50. */
        limit?: number;
        /** @description A `nextCursor` of this list. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_Session"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  create_session: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1-255 printable ASCII characters */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["CreateSession"];
      };
    };
    responses: {
      /** @description The same request made it before */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CreatedSession"];
        };
      };
      /** @description Created */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CreatedSession"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN`, `TENANT_SUSPENDED` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  read_session: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The session */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The session; `ETag` is its version */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Session"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  patch_session: {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was read */
        "If-Match"?: string;
      };
      path: {
        /** @description The session */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PatchAsk"];
      };
    };
    responses: {
      /** @description The session */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Session"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `PRECONDITION_FAILED` */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  change: {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` that was read */
        "If-Match"?: string;
        /** @description 1-255 printable ASCII characters */
        "Idempotency-Key"?: string;
      };
      path: {
        /** @description The session */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["StateAsk"];
      };
    };
    responses: {
      /** @description The session */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["StateAnswer"];
        };
      };
      /** @description `BAD_REQUEST`, `END_REASON_INVALID`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN`, `TENANT_SUSPENDED` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS`, `INVALID_TRANSITION`, `PROVIDER_CORRELATION_MISMATCH` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `PRECONDITION_FAILED` */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CONCURRENCY_LIMIT`, `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  token: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1-255 printable ASCII characters */
        "Idempotency-Key"?: string;
      };
      path: {
        /** @description The session */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["TokenAsk"];
      };
    };
    responses: {
      /** @description The token */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TokenAnswer"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN`, `TENANT_SUSPENDED` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS`, `SESSION_CLOSED` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CONCURRENCY_LIMIT`, `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `LIVEKIT_UNREACHABLE` */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `LIVEKIT_UNAVAILABLE`, `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  reconnect: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The session */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ReconnectAsk"];
      };
    };
    responses: {
      /** @description Back */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ReconnectAnswer"];
        };
      };
      /** @description `ACK_AHEAD_OF_LOG`, `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CONSUMER_FORBIDDEN`, `CSRF_REQUIRED`, `FORBIDDEN`, `INVALID_RESUME_TOKEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `SESSION_CLOSED` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RECONNECT_WINDOW_EXPIRED` */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `LIVEKIT_UNREACHABLE` */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  leave: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1-255 printable ASCII characters */
        "Idempotency-Key"?: string;
      };
      path: {
        /** @description The session */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["LeaveAsk"];
      };
    };
    responses: {
      /** @description Left */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["LeaveAnswer"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  list_participants: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The session */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Everybody invited or seen */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_Participant"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  remove_participant: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The session */
        sessionId: string;
        /** @description The participant */
        participantId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Removed */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  report_connection: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The session */
        sessionId: string;
        /** @description The reporter itself */
        participantId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ReportAsk"];
      };
    };
    responses: {
      /** @description Heard */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ReportAnswer"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  list_join_links: {
    parameters: {
      query?: {
        /** @description 1-100, default 50. */
        limit?: number;
        /** @description A `nextCursor` of this list. */
        cursor?: string;
      };
      header?: never;
      path: {
        /** @description The session */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page, oldest first */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_JoinLink"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  create_join_link: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1-255 printable ASCII characters */
        "Idempotency-Key"?: string;
      };
      path: {
        /** @description The session */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["CreateJoinLink"];
      };
    };
    responses: {
      /** @description Made */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["JoinLink"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS`, `SESSION_CLOSED` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  revoke_join_link: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The session */
        sessionId: string;
        /** @description The link */
        linkId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Revoked */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  join: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1-255 printable ASCII characters */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["JoinAsk"];
      };
    };
    responses: {
      /** @description Your seat */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["JoinAnswer"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `JOIN_LINK_INVALID`, `TENANT_SUSPENDED` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS`, `SESSION_CLOSED` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CONCURRENCY_LIMIT`, `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  transcript: {
    parameters: {
      query?: {
        /** @description The form; JSON when absent. */
        format?: "json" | "txt" | "vtt" | "srt";
      };
      header?: {
        /** @description The ETag of an earlier answer. */
        "If-None-Match"?: string;
      };
      path: {
        /** @description The session. */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The transcript. */
      200: {
        headers: {
          /** @description Its revision. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Transcript"];
          "text/plain": string;
          "text/vtt": string;
          "application/x-subrip": string;
        };
      };
      /** @description It has not changed since that ETag. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  snapshots: {
    parameters: {
      query?: {
        /** @description Rows of the page, 1-100. */
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
      };
      header?: never;
      path: {
        /** @description The session. */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of versions. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TranscriptSnapshots"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  compact: {
    parameters: {
      query?: never;
      header?: {
        /** @description Repeats give the stored answer. */
        "Idempotency-Key"?: string;
      };
      path: {
        /** @description The session. */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["CompactBody"];
      };
    };
    responses: {
      /** @description What was removed and what remains. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TranscriptCompaction"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  search_transcripts: {
    parameters: {
      query: {
        /**
         * @description Words, at most 200 characters: all must be there, the last one may be a beginning. Case, accents and
         *     punctuation do not matter.
         */
        q: string;
        /** @description Only what was said at this instant or later, RFC 3339. */
        from?: string;
        /** @description Only what was said before this instant, RFC 3339. */
        until?: string;
        /** @description Only this session. */
        sessionId?: string;
        /** @description Hits of the page, 1-100. */
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of hits. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_TranscriptHit"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  list_webhook_endpoints: {
    parameters: {
      query?: {
        /** @description Rows of the page. */
        limit?: number;
        /** @description `nextCursor` of the page before. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of endpoints */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_WebhookEndpoint"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  create_webhook_endpoint: {
    parameters: {
      query?: never;
      header?: {
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CreateWebhookEndpoint"];
      };
    };
    responses: {
      /** @description The endpoint and its secret */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WebhookEndpointWithSecret"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS`, `WEBHOOK_LIMIT` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  get_webhook_endpoint: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The endpoint */
      200: {
        headers: {
          /** @description The version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WebhookEndpoint"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  delete_webhook_endpoint: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is gone */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  update_webhook_endpoint: {
    parameters: {
      query?: never;
      header?: {
        /** @description The version that was read */
        "If-Match"?: string;
      };
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UpdateWebhookEndpoint"];
      };
    };
    responses: {
      /** @description The endpoint */
      200: {
        headers: {
          /** @description The version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WebhookEndpoint"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `PRECONDITION_FAILED` */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  rotate_webhook_secret: {
    parameters: {
      query?: never;
      header?: {
        "Idempotency-Key"?: string;
      };
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["RotateWebhookSecret"];
      };
    };
    responses: {
      /** @description The endpoint and its new secret */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WebhookEndpointWithSecret"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  test_webhook_endpoint: {
    parameters: {
      query?: never;
      header?: {
        "Idempotency-Key"?: string;
      };
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["WebhookNothing"];
      };
    };
    responses: {
      /** @description It is queued */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WebhookQueued"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS`, `WEBHOOK_DISABLED` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  resend_webhooks: {
    parameters: {
      query?: never;
      header?: {
        "Idempotency-Key"?: string;
      };
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ResendWebhooks"];
      };
    };
    responses: {
      /** @description How many are queued */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WebhooksQueued"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS`, `WEBHOOK_DISABLED` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  list_webhook_deliveries: {
    parameters: {
      query?: {
        /** @description Only those that stand like this. */
        status?: "pending" | "delivered" | "dead" | "cancelled";
        /** @description Only those of this session. */
        sessionId?: string;
        /** @description Rows of the page. */
        limit?: number;
        /** @description `nextCursor` of the page before. */
        cursor?: string;
      };
      header?: never;
      path: {
        endpointId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of deliveries */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_WebhookDelivery"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  get_webhook_delivery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        deliveryId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The delivery */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WebhookDeliveryDetail"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  resend_webhook_delivery: {
    parameters: {
      query?: never;
      header?: {
        "Idempotency-Key"?: string;
      };
      path: {
        deliveryId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["WebhookNothing"];
      };
    };
    responses: {
      /** @description It is queued */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WebhookQueued"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS`, `WEBHOOK_DISABLED` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  receive: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description LiveKit's WebhookEvent */
    requestBody: {
      content: {
        "application/webhook+json": Record<string, unknown>;
      };
    };
    responses: {
      /** @description Stored */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Taken"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INVALID_LIVEKIT_SIGNATURE`, `LIVEKIT_SIGNATURE_EXPIRED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `LIVEKIT_UNAVAILABLE`, `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  list_receipts: {
    parameters: {
      query?: {
        /** @description Only receipts of this session. */
        sessionId?: string;
        /** @description Only receipts with this outcome. */
        outcome?: components["schemas"]["Outcome"];
        /** @description 1-100, default 50. */
        limit?: number;
        /** @description A `nextCursor` of this list. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of receipts */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_ReceiptView"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  process: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1-255 printable ASCII characters */
        "Idempotency-Key"?: string;
      };
      path: {
        /** @description The receipt */
        receiptId: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["Nothing"];
      };
    };
    responses: {
      /** @description Processed */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Processed"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  list_rejections: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Every reason that occurred */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_RejectionView"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  test: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What each step saw */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProbeReport"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  simulated_connect: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SimulatedConnect"];
      };
    };
    responses: {
      /** @description Connected */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SimulatedConnection"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  simulated_publish: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SimulatedHandle"];
      };
    };
    responses: {
      /** @description Published */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SimulatedTrack"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  simulated_ping: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SimulatedHandle"];
      };
    };
    responses: {
      /** @description Heard */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SimulatedDone"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  simulated_drop: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SimulatedHandle"];
      };
    };
    responses: {
      /** @description Lost */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SimulatedDone"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  simulated_disconnect: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SimulatedDisconnect"];
      };
    };
    responses: {
      /** @description Disconnected */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SimulatedDone"];
        };
      };
      /** @description `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  erase_session: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The session */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Erasure"];
        };
      };
      /** @description Under way */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Erasure"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `SESSION_NOT_OVER` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `SESSION_REMOVED` */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  erase_user: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The user */
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Erasure"];
        };
      };
      /** @description Under way */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Erasure"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN`, `SCOPE_EXCEEDED` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `SESSION_NOT_OVER` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  list_erasures: {
    parameters: {
      query?: {
        /** @description Rows of the page. */
        limit?: number;
        /** @description `nextCursor` of the page before. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_Erasure"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  get_erasure: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The erasure */
        erasureId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The erasure */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Erasure"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  service_levels: {
    parameters: {
      query?: {
        /** @description The span that ends now: `1h`, `24h`, `7d` or `28d`. */
        window?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Each objective */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ServiceLevels"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  ingest: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["AppendRequest"];
      };
    };
    responses: {
      /** @description A repetition of one event, or the outcomes of a batch. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AppendAnswer"];
        };
      };
      /** @description One event, newly stored. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Appended"];
        };
      };
      /** @description `BAD_REQUEST`, `EVENT_INVALID`, `MALFORMED_JSON`, `SEQUENCE_NOT_ALLOWED`, `UNKNOWN_EVENT_TYPE`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `ACTOR_FORBIDDEN`, `EVENT_FAMILY_FORBIDDEN`, `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `EVENT_ID_CONFLICT`, `SESSION_CLOSED`, `UTTERANCE_CONFLICT` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  replay: {
    parameters: {
      query?: {
        /** @description Only events after this sequence. */
        afterSequence?: number;
        /** @description Most events, 1-1000; 100 when absent. With NDJSON, the length of the whole answer; no limit when absent. */
        limit?: number;
        /** @description The last sequence to cover, so that the pages of one replay form one bounded read. */
        untilSequence?: number;
        /** @description Only events after this consumer's checkpoint. */
        consumerId?: string;
        /** @description Only events after the watermark with this instant. */
        afterTs?: string;
        /** @description Only events after the one with this id. */
        afterEventId?: string;
        /** @description Only these types, separated by commas. */
        types?: string;
        /** @description Adds rows read and time per query. */
        diagnostics?: boolean;
      };
      header?: never;
      path: {
        /** @description The session. */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page, or all of it line by line. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Replay"];
          "application/x-ndjson": string;
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED`, `WATERMARK_UNKNOWN` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CONSUMER_FORBIDDEN`, `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_ACCEPTABLE` */
      406: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  session_stream: {
    parameters: {
      query?: {
        /** @description Only events after this sequence; only new ones when absent. `Last-Event-ID` wins over it. */
        afterSequence?: number;
        /** @description `end` closes the stream with the session, rather than with its late window. */
        until?: "end";
      };
      header?: {
        /** @description The sequence of the last event that was received. */
        "Last-Event-ID"?: string;
      };
      path: {
        /** @description The session. */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The stream. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/event-stream": components["schemas"]["ServerSentEvent"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED`, `WATERMARK_UNKNOWN` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  tenant_stream: {
    parameters: {
      query?: {
        /** @description Only events after this place, an `id` of this stream; only new ones when absent. `Last-Event-ID` wins over it. */
        cursor?: string;
      };
      header?: {
        /** @description The id of the last event that was received. */
        "Last-Event-ID"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The stream. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/event-stream": components["schemas"]["ServerSentEvent"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  socket: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The socket is open. */
      101: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  checkpoint: {
    parameters: {
      query?: never;
      header?: {
        /** @description Repeats give the stored answer. */
        "Idempotency-Key"?: string;
      };
      path: {
        /** @description The session. */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CheckpointRequest"];
      };
    };
    responses: {
      /** @description Where the consumer stands. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CheckpointAnswer"];
        };
      };
      /** @description `ACK_AHEAD_OF_LOG`, `BAD_REQUEST`, `MALFORMED_JSON`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `CONSUMER_FORBIDDEN`, `CSRF_REQUIRED`, `FORBIDDEN`, `ORIGIN_FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `REQUEST_TIMEOUT` */
      408: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `BODY_TOO_LARGE` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `UNSUPPORTED_MEDIA_TYPE` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OUTCOME_UNKNOWN`, `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  checkpoints: {
    parameters: {
      query?: {
        /** @description Rows of the page, 1-100. */
        limit?: number;
        /** @description The `nextCursor` of the page before. */
        cursor?: string;
      };
      header?: never;
      path: {
        /** @description The session. */
        sessionId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of consumers. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_Checkpoint"];
        };
      };
      /** @description `BAD_REQUEST`, `INVALID_CURSOR`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `TOKEN_EXPIRED`, `UNAUTHENTICATED` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `FORBIDDEN` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `RATE_LIMITED` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  schemas: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["List_PublishedSchema"];
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  schema: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description An event type, `envelope` or `incoming`. */
        type: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A JSON Schema, draft 2020-12. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/schema+json": Record<string, unknown>;
        };
      };
      /** @description `BAD_REQUEST`, `UNKNOWN_QUERY_PARAMETER`, `VALIDATION_FAILED` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `NOT_FOUND` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `HEADERS_TOO_LARGE` */
      431: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `INTERNAL` */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description `OVERLOADED`, `SHUTTING_DOWN`, `STORE_UNAVAILABLE` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
}
