-- The worker finds the destinations that have something due, then a few effects of each; and forgets what is done.
create index outbox_lane on outbox (kind, destination, next_at, outbox_id) where done_at is null and dead_at is null;
drop index outbox_due;
create index outbox_done on outbox (done_at) where done_at is not null;
