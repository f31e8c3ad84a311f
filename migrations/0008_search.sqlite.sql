-- Each final as it stands, one row per utterance, and its words, folded by our own code: follow from the session's events.
create table transcript_search (
  row_id bigint primary key,
  tenant_id text not null,
  session_key bigint not null references event_stream (session_key),
  utterance_id text not null,
  sequence bigint not null,
  at bigint not null,
  unique (session_key, utterance_id)
);
create index transcript_search_by_time on transcript_search (tenant_id, at, session_key, sequence);
-- Words and nothing else: whose they are, and what was said, is found through the row's number.
create table transcript_search_words (
  row_id bigint primary key references transcript_search (row_id) on delete cascade,
  words text not null
);

-- The index over them. The words are told apart by blanks alone: every other byte that can stand in one is a token's for
-- the tokenizer `ascii`, whichever Unicode version SQLite knows. `secure-delete` leaves nothing of a corrected text.
create virtual table transcript_search_index using fts5 (
  words, content = 'transcript_search_words', content_rowid = 'row_id', tokenize = 'ascii', detail = 'none', columnsize = 0
);
insert into transcript_search_index (transcript_search_index, rank) values ('secure-delete', 1);
create trigger transcript_search_added after insert on transcript_search_words begin
  insert into transcript_search_index (rowid, words) values (new.row_id, new.words);
end;
create trigger transcript_search_changed after update on transcript_search_words begin
  insert into transcript_search_index (transcript_search_index, rowid, words) values ('delete', old.row_id, old.words);
  insert into transcript_search_index (rowid, words) values (new.row_id, new.words);
end;
create trigger transcript_search_removed after delete on transcript_search_words begin
  insert into transcript_search_index (transcript_search_index, rowid, words) values ('delete', old.row_id, old.words);
end;

-- Finals of before this migration are folded by the repair `transcripts.search`, which finds them here.
alter table transcript_segment add column searched bigint not null default 0;
create index transcript_segment_unsearched on transcript_segment (session_key, utterance_id) where final = 1 and searched = 0;
