-- Who may call: tenants, issuers, users, keys, logins, the audit, and stored idempotent answers.
create table tenant (
  tenant_id text not null primary key,
  name text not null,
  status text not null,
  plan text not null,
  max_concurrent_calls bigint,
  active_calls bigint not null,
  flags text not null,
  metadata text not null,
  version bigint not null,
  created_at bigint not null
);
create index tenant_by_time on tenant (created_at, tenant_id);
create table issuer (
  issuer_id text not null primary key,
  tenant_id text not null,
  iss text not null,
  -- The same text while the issuer is in use, null afterwards: unique in the installation.
  live_iss text unique,
  audience text not null,
  algorithm text not null,
  sealed_secret text,
  jwks_url text,
  created_at bigint not null,
  removed_at bigint
);
create index issuer_by_time on issuer (tenant_id, created_at, issuer_id);
create table app_user (
  user_id text not null primary key,
  tenant_id text not null,
  issuer_id text not null references issuer (issuer_id),
  subject text not null,
  display_name text,
  disabled_at bigint,
  created_at bigint not null,
  last_seen_at bigint,
  unique (issuer_id, subject)
);
create index app_user_by_time on app_user (tenant_id, created_at, user_id);
create table user_role (
  tenant_id text not null,
  user_id text not null references app_user (user_id),
  role text not null,
  primary key (user_id, role)
);
create index user_role_by_tenant on user_role (tenant_id, role);
create table api_key (
  key_id text not null primary key,
  tenant_id text not null,
  name text not null,
  scopes text not null,
  secret_hash text not null,
  old_secret_hash text,
  old_until bigint,
  created_at bigint not null,
  created_by text not null,
  expires_at bigint,
  last_used_at bigint,
  revoked_at bigint
);
create index api_key_by_time on api_key (tenant_id, created_at, key_id);
create table login_link (
  link_id text not null primary key,
  tenant_id text not null,
  user_id text not null references app_user (user_id),
  token_hash text not null unique,
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint
);
create index login_link_by_expiry on login_link (expires_at);
create table login (
  login_id text not null primary key,
  tenant_id text not null,
  secret_hash text not null,
  user_id text,
  key_id text,
  -- Roles that the token allowed when it signed in; null is all of the user's.
  narrowed_to text,
  created_at bigint not null,
  last_used_at bigint not null,
  expires_at bigint not null,
  ended_at bigint
);
create index login_by_expiry on login (expires_at);
create table audit (
  audit_id text not null primary key,
  tenant_id text not null,
  at bigint not null,
  actor_kind text not null,
  actor_id text not null,
  action text not null,
  object_kind text not null,
  object_id text not null,
  detail text not null
);
create index audit_by_time on audit (tenant_id, at, audit_id);
create table idempotency_key (
  tenant_id text not null,
  subject text not null,
  route text not null,
  idempotency_key text not null,
  request_hash text not null,
  status bigint not null,
  body text,
  secrets text,
  once_members text,
  etag text,
  location text,
  created_at bigint not null,
  primary key (tenant_id, subject, route, idempotency_key)
);
create index idempotency_key_by_time on idempotency_key (created_at);
