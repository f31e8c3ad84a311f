-- `analyze` keeps samples of what a column holds, and its own table is no place that an erasure reaches. So it takes none
-- of columns with personal text (`callboard_governance::fields`). No query is planned by them.
alter table app_user
  alter column subject set statistics 0,
  alter column display_name set statistics 0;
alter table event
  alter column payload set statistics 0,
  alter column actor_id set statistics 0;
alter table idempotency_key
  alter column body set statistics 0,
  alter column secrets set statistics 0,
  alter column once_members set statistics 0,
  alter column location set statistics 0;
alter table join_link
  alter column display_name set statistics 0;
alter table outbox
  alter column payload set statistics 0,
  alter column last_error set statistics 0,
  alter column dedupe_key set statistics 0;
alter table participant
  alter column name set statistics 0,
  alter column identity set statistics 0;
alter table participant_state
  alter column name set statistics 0,
  alter column identity set statistics 0;
alter table provider_receipt
  alter column body set statistics 0,
  alter column reason set statistics 0;
alter table session
  alter column metadata set statistics 0,
  alter column provider_participant_id set statistics 0,
  alter column last_error_message set statistics 0;
alter table session_metadata
  alter column name set statistics 0,
  alter column value set statistics 0;
alter table session_state
  alter column failure_message set statistics 0;
alter table transcript_search_words
  alter column words set statistics 0;
alter table transcript_segment
  alter column said set statistics 0;
alter table transcript_snapshot
  alter column said set statistics 0;
alter table webhook_attempt
  alter column error set statistics 0,
  alter column response_body set statistics 0;
alter index transcript_search_index alter column 1 set statistics 0;
