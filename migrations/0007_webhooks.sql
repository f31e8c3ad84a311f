-- Webhooks that leave: where to (endpoints), what (a reference to an event per endpoint, never its body), what became of
-- it (attempts), and resends under way.
create table webhook_endpoint (
  endpoint_id text not null primary key,
  tenant_id text not null,
  url text not null,
  description text,
  -- Types and patterns, separated by blanks: `call.* transcript.final`.
  event_types text not null,
  sealed_secret text not null,
  -- The secret before the last rotation, while both sign.
  sealed_previous text,
  previous_until bigint,
  disabled_at bigint,
  disabled_reason text,
  -- The first failed attempt since the last success.
  failing_since bigint,
  version bigint not null,
  created_at bigint not null,
  deleted_at bigint
);
create index webhook_endpoint_by_tenant on webhook_endpoint (tenant_id, created_at, endpoint_id) where deleted_at is null;
create table webhook_delivery (
  delivery_id text not null primary key,
  tenant_id text not null,
  endpoint_id text not null references webhook_endpoint (endpoint_id),
  -- Null for a test, which belongs to no session.
  session_key bigint,
  session_id text,
  sequence bigint,
  event_id text,
  event_type text not null,
  status text not null,
  -- Attempts in all, and since it was last queued.
  attempts bigint not null,
  tries bigint not null,
  -- Counts how often it was put into the outbox; an effect of an older round has no effect.
  round bigint not null,
  created_at bigint not null,
  queued_at bigint not null,
  -- When the outbox will try it; null while it waits for an earlier one of its session.
  next_attempt_at bigint,
  settled_at bigint
);
create index webhook_delivery_by_time on webhook_delivery (endpoint_id, created_at, delivery_id);
create index webhook_delivery_by_status on webhook_delivery (endpoint_id, status, created_at, delivery_id);
create index webhook_delivery_by_session on webhook_delivery (endpoint_id, session_id, created_at, delivery_id);
create index webhook_delivery_order on webhook_delivery (endpoint_id, session_key, sequence) where status = 'pending';
create index webhook_delivery_by_age on webhook_delivery (settled_at) where settled_at is not null;
create table webhook_attempt (
  delivery_id text not null references webhook_delivery (delivery_id),
  n bigint not null,
  tenant_id text not null,
  endpoint_id text not null,
  at bigint not null,
  ok bigint not null,
  status bigint,
  ms bigint not null,
  error text,
  response_body text,
  primary key (delivery_id, n)
);
create index webhook_attempt_by_endpoint on webhook_attempt (endpoint_id, at, delivery_id);
create table webhook_resend (
  resend_id text not null primary key,
  tenant_id text not null,
  endpoint_id text not null references webhook_endpoint (endpoint_id),
  until_at bigint not null,
  -- The last delivery that was queued again.
  after_at bigint not null,
  after_id text not null,
  created_at bigint not null
);
