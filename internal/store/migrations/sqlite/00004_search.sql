-- +goose Up

-- The tokens of messages, by seq: package search cuts them. It keeps neither texts nor positions, and
-- forgets really what is deleted, for which it must be told what that was. It merges only when told to, so
-- that nobody waits long for that.
-- https://www.sqlite.org/fts5.html#the_secure_delete_configuration_option
CREATE VIRTUAL TABLE search USING fts5 (
    tokens, content = '', columnsize = 0, detail = none, tokenize = "ascii tokenchars '_'"
);

INSERT INTO search (search, rank)
VALUES ('secure-delete', 1), ('automerge', 0), ('usermerge', 8), ('crisismerge', 64);

-- One row: by which version of package search, and up to which seq everything is in the index.
CREATE TABLE indexed (
    version TEXT   NOT NULL,
    seq     BIGINT NOT NULL
);

INSERT INTO indexed (version, seq) VALUES ('', 0);

CREATE INDEX rooms_kind ON rooms (kind, id);
