-- What of a session was made unreadable: 0 nothing, 1 that of some participants (event_erasure names them), 2 everything.
-- It is looked at under the stream's lock, so nothing personal is stored after it.
alter table event_stream add column erased bigint not null default 0;
-- Set when retention took the session away: its id stays taken, its head stays known.
alter table event_stream add column removed_at bigint;
-- Set when the last of its rows was deleted.
alter table event_stream add column purged_at bigint;
-- Set on an event whose personal text was made unreadable; its hash is still that of what was stored first.
alter table event add column erased_at bigint;
create table event_erasure (
  tenant_id text not null,
  session_key bigint not null references event_stream (session_key),
  participant_id text not null,
  at bigint not null,
  primary key (session_key, participant_id)
);

alter table session add column erased_at bigint;
-- How often something in it was made unreadable: readers that keep a copy see that it changed.
alter table session add column erasures bigint not null default 0;
alter table app_user add column erased_at bigint;

-- The session or user that a stored answer tells of; empty when none, null in answers of before.
alter table idempotency_key add column about text;
create index idempotency_key_by_about on idempotency_key (tenant_id, about);

create table erasure (
  erasure_id text not null primary key,
  tenant_id text not null,
  -- session or user.
  object_kind text not null,
  object_id text not null,
  -- request or retention.
  cause text not null,
  -- running, settling (the rows are done, the files of SQLite not yet) or done.
  status text not null,
  sessions bigint not null,
  events bigint not null,
  records bigint not null,
  created_by text not null,
  created_at bigint not null,
  finished_at bigint,
  unique (tenant_id, object_kind, object_id)
);
create index erasure_by_time on erasure (tenant_id, created_at, erasure_id);
create index erasure_open on erasure (created_at, erasure_id) where finished_at is null;
create table erasure_session (
  erasure_id text not null references erasure (erasure_id),
  session_key bigint not null references event_stream (session_key),
  tenant_id text not null,
  -- A JSON array of participants; null is the whole session.
  participants text,
  after_sequence bigint not null,
  events bigint not null,
  done_at bigint,
  primary key (erasure_id, session_key)
);
create index erasure_session_open on erasure_session (erasure_id, session_key) where done_at is null;
create index erasure_session_by_key on erasure_session (session_key);

-- How long a tenant keeps a kind of data; without a row the default holds, with a null the data stays.
create table retention (
  tenant_id text not null,
  kind text not null,
  days bigint,
  primary key (tenant_id, kind)
);
create table retention_run (
  tenant_id text not null,
  kind text not null,
  -- Days since 1970, UTC.
  day bigint not null,
  removed bigint not null,
  audited_at bigint,
  primary key (tenant_id, kind, day)
);
create index retention_run_open on retention_run (day) where audited_at is null;

create index session_closed_by_time on session (tenant_id, created_at) where open = 0;
create index event_stream_unpurged on event_stream (session_key) where removed_at is not null and purged_at is null;
create index webhook_delivery_by_tenant_age on webhook_delivery (tenant_id, settled_at) where settled_at is not null;
