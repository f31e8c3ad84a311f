-- What each utterance says now: follows from the session's events alone.
create table transcript_segment (
  tenant_id text not null,
  session_key bigint not null references event_stream (session_key),
  utterance_id text not null,
  participant_id text,
  speaker text not null,
  said text not null,
  start_ms bigint not null,
  end_ms bigint not null,
  final bigint not null,
  revision bigint not null,
  sequence bigint not null,
  first_sequence bigint not null,
  confidence double precision,
  language text,
  source text,
  primary key (session_key, utterance_id)
);
create index transcript_segment_order on transcript_segment (session_key, start_ms, first_sequence);

-- Every version as it came, until compaction: which of them remain is this table's own truth.
create table transcript_snapshot (
  tenant_id text not null,
  session_key bigint not null references event_stream (session_key),
  sequence bigint not null,
  utterance_id text not null,
  participant_id text,
  speaker text not null,
  said text not null,
  start_ms bigint not null,
  end_ms bigint not null,
  final bigint not null,
  confidence double precision,
  language text,
  source text,
  ts bigint not null,
  bytes bigint not null,
  primary key (session_key, sequence)
);
