-- The server's history that the epoch belongs to (PostgreSQL): a promotion or a restore elsewhere begins another epoch.
alter table log_epoch add column system_id text;
alter table log_epoch add column timeline bigint;
