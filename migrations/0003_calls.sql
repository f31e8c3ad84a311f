create table session (
  session_key bigint not null primary key,
  tenant_id text not null,
  session_id text not null,
  owner_user_id text,
  created_by text not null,
  request_hash text not null,
  channel text not null,
  direction text not null,
  correlation_id text,
  provider text not null,
  provider_room_id text,
  provider_participant_id text,
  provider_call_id text,
  metadata text not null,
  max_duration_ms bigint,
  reconnect_window_ms bigint not null,
  leave_grace_ms bigint not null,
  created_at bigint not null,
  version bigint not null,
  provider_version bigint not null,
  missing_polls bigint not null,
  slot_held bigint not null,
  open bigint not null,
  connection text not null,
  last_error_code text,
  last_error_message text,
  last_error_at bigint,
  unique (tenant_id, session_id)
);
create index session_by_time on session (tenant_id, created_at, session_id);
create index session_by_room on session (provider_room_id);
create index session_open on session (open, session_key);
create table session_metadata (
  tenant_id text not null,
  session_key bigint not null,
  name text not null,
  value text not null,
  primary key (session_key, name)
);
create index session_metadata_by_value on session_metadata (tenant_id, name, value);
create table session_state (
  session_key bigint not null primary key,
  tenant_id text not null,
  status text not null,
  started_at bigint,
  ended_at bigint,
  failed_at bigint,
  end_reason text,
  failure_code text,
  failure_message text
);
create table participant_state (
  session_key bigint not null,
  tenant_id text not null,
  participant_id text not null,
  identity text not null,
  kind text not null,
  role text not null,
  name text,
  state text not null,
  joined_at bigint,
  left_at bigint,
  leave_reason text,
  attempt bigint not null,
  lost_at bigint,
  primary key (session_key, participant_id)
);
create table participant (
  session_key bigint not null,
  tenant_id text not null,
  participant_id text not null,
  identity text not null,
  kind text not null,
  role text not null,
  name text,
  user_id text,
  phase text not null,
  phase_since bigint not null,
  deadline bigint,
  attempt bigint not null,
  lost_at bigint,
  reported_lost_at bigint,
  generation bigint not null,
  created_at bigint not null,
  primary key (session_key, participant_id),
  unique (session_key, identity)
);
create index participant_due on participant (deadline);
create table participant_connection (
  session_key bigint not null,
  tenant_id text not null,
  sid text not null,
  room_sid text not null,
  participant_id text not null,
  active bigint not null,
  opened_at bigint not null,
  closed_at bigint,
  close_reason text,
  primary key (session_key, sid)
);
create table room_incarnation (
  session_key bigint not null,
  tenant_id text not null,
  room_sid text not null,
  opened_at bigint not null,
  closed_at bigint,
  primary key (session_key, room_sid)
);
create index room_by_sid on room_incarnation (room_sid);
create table resume_use (
  session_key bigint not null,
  tenant_id text not null,
  participant_id text not null,
  generation bigint not null,
  used_at bigint not null,
  replay_after bigint not null,
  replay_until bigint not null,
  primary key (session_key, participant_id, generation)
);
create table session_pass (
  pass_id text not null primary key,
  tenant_id text not null,
  session_key bigint not null,
  participant_id text not null,
  kind text not null,
  from_sequence bigint not null,
  token_hash text not null unique,
  created_at bigint not null,
  dies_at bigint,
  revoked_at bigint
);
create index session_pass_by_session on session_pass (session_key, participant_id);
create table join_link (
  link_id text not null primary key,
  tenant_id text not null,
  session_key bigint not null,
  role text not null,
  display_name text,
  token_hash text not null unique,
  created_by text not null,
  created_at bigint not null,
  expires_at bigint not null,
  max_uses bigint not null,
  uses bigint not null,
  revoked_at bigint
);
create index join_link_by_session on join_link (session_key, created_at, link_id);
