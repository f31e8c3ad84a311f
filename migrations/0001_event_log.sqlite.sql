create table event_stream (
  session_key integer primary key,
  tenant_id text not null,
  session_id text not null,
  last_sequence bigint not null default 0,
  last_event_id text,
  last_ts bigint,
  created_at bigint not null,
  unique (tenant_id, session_id)
);
create table event (
  position integer primary key,
  tenant_id text not null,
  session_key bigint not null references event_stream (session_key),
  sequence bigint not null,
  key16 bytea not null,
  event_id text not null,
  ts bigint not null,
  ts_given bigint not null,
  type text not null,
  actor_role text not null,
  actor_id text not null,
  payload text not null,
  payload_sha256 bytea not null,
  received_at bigint not null,
  epoch bigint not null,
  xid bigint not null default 0,
  unique (session_key, sequence),
  unique (key16, session_key)
);
create table log_epoch (
  id bigint primary key,
  epoch bigint not null
);
insert into log_epoch (id, epoch) values (1, 1);
create table consumer_checkpoint (
  tenant_id text not null,
  session_key bigint not null references event_stream (session_key),
  consumer_id text not null,
  owner text not null,
  sequence bigint not null,
  updated_at bigint not null,
  primary key (session_key, consumer_id)
);
create table outbox (
  outbox_id text primary key,
  tenant_id text not null,
  session_key bigint,
  destination text not null,
  kind text not null,
  dedupe_key text not null unique,
  payload text not null,
  attempts bigint not null default 0,
  created_at bigint not null,
  next_at bigint not null,
  lease_until bigint,
  fence bigint not null default 0,
  last_error text,
  done_at bigint,
  dead_at bigint
);
create index outbox_due on outbox (next_at) where done_at is null and dead_at is null;
create index outbox_order on outbox (destination, session_key, outbox_id) where done_at is null and dead_at is null;
