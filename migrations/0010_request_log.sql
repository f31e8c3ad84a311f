-- Requests of known callers that changed something or tried to: no bodies, no query strings, no addresses. Kept 30 days.
create table request_log (
  request_id text not null primary key,
  tenant_id text not null,
  at bigint not null,
  duration_ms bigint not null,
  principal_kind text not null,
  principal_id text not null,
  method text not null,
  route text not null,
  path text not null,
  session_id text,
  status bigint not null,
  code text,
  trace_id text not null
);
create index request_log_by_time on request_log (tenant_id, at, request_id);
create index request_log_by_session on request_log (tenant_id, session_id, at, request_id) where session_id is not null;
create index request_log_by_principal on request_log (tenant_id, principal_id, at, request_id);
create index request_log_by_age on request_log (at);

-- How many deliveries of a provider were not genuine, by reason: counts of the installation, without anything of theirs.
create table provider_rejection (
  provider text not null,
  reason text not null,
  rejected bigint not null,
  first_at bigint not null,
  last_at bigint not null,
  primary key (provider, reason)
);
