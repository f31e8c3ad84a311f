-- A genuine webhook of a media provider as it arrived, without its secrets. tenant_id is null while its room belongs
-- to no session: then it is the installation's.
create table provider_receipt (
  receipt_id text not null primary key,
  tenant_id text,
  session_key bigint,
  session_id text,
  provider text not null,
  provider_event_id text not null,
  event text not null,
  room_sid text not null,
  room_name text not null,
  received_at bigint not null,
  looked_at bigint not null,
  outcome text not null,
  reason text,
  body text not null,
  body_sha256 text not null,
  published text not null,
  attempts bigint not null,
  deliveries bigint not null,
  unique (provider, provider_event_id)
);
create index provider_receipt_by_time on provider_receipt (tenant_id, received_at, receipt_id);
create index provider_receipt_by_session on provider_receipt (session_key, received_at);
create index provider_receipt_by_outcome on provider_receipt (outcome, looked_at);
create index provider_receipt_by_age on provider_receipt (received_at);
