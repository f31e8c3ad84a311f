-- What a release typically brings, all of it such that instances of the version before go on: a table, a column with a
-- default on tables that are written all the time, an index on one of them. Only in the build with planted defects.
create table next_version_note (
  note_id text primary key,
  tenant_id text not null,
  session_key bigint not null,
  body text not null,
  created_at bigint not null
);
alter table event add column next_version_origin text not null default 'unknown';
alter table session add column next_version_rank bigint not null default 0;
create index next_version_by_type on event (tenant_id, type, position);
