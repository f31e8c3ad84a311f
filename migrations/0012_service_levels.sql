-- What each instance served in a minute, for service levels: requests by outcome, live delivery, each by duration. Rows of
-- no tenant (a webhook of a provider, a refused credential) have the empty one, which no tenant's reach compares equal to.
-- Added up over minutes and instances, so the buckets are columns: upper bounds in milliseconds, each without those below.
create table slo_minute (
  tenant_id text not null,
  -- Minutes since 1970.
  minute bigint not null,
  kind text not null,
  instance text not null,
  ok bigint not null,
  refused bigint not null,
  failed bigint not null,
  b_5 bigint not null,
  b_10 bigint not null,
  b_25 bigint not null,
  b_50 bigint not null,
  b_100 bigint not null,
  b_150 bigint not null,
  b_250 bigint not null,
  b_350 bigint not null,
  b_500 bigint not null,
  b_600 bigint not null,
  b_1000 bigint not null,
  b_1500 bigint not null,
  b_2500 bigint not null,
  b_3500 bigint not null,
  b_5000 bigint not null,
  b_10000 bigint not null,
  b_above bigint not null,
  primary key (minute, kind, tenant_id, instance)
);
create index slo_minute_by_tenant on slo_minute (tenant_id, minute);

-- In which minutes an instance ran: it wrote this row, was ready at every look, and said so when it was told to stop.
create table slo_alive (
  minute bigint not null,
  instance text not null,
  ready bigint not null,
  stopped bigint not null,
  primary key (minute, instance)
);

-- Facts that are there already, found by their time: of the installation, and of one tenant without a look at any other's.
-- They are partial, and times only grow: each is written at its end.
create index event_cut_over on event (ts) where type in ('call.resumed', 'call.participant.left');
create index event_cut_over_by_tenant on event (tenant_id, ts) where type in ('call.resumed', 'call.participant.left');
create index transcript_snapshot_final on transcript_snapshot (ts) where final = 1;
create index transcript_snapshot_final_by_tenant on transcript_snapshot (tenant_id, ts) where final = 1;
create index webhook_delivery_by_tenant on webhook_delivery (tenant_id, settled_at) where settled_at is not null;
