-- +goose Up

-- What was uploaded. hash and preview name what is on disk: SHA-256 in hexadecimal; preview is NULL,
-- and width and height are 0, for what has none. room and message are NULL until the file is attached;
-- then they say who may see it, and the message itself has all that is shown of it.
CREATE TABLE files (
    id      TEXT   NOT NULL PRIMARY KEY,
    owner   TEXT   NOT NULL REFERENCES users (id),
    name    TEXT   NOT NULL,
    type    TEXT   NOT NULL,
    size    BIGINT NOT NULL,
    hash    TEXT   NOT NULL,
    preview TEXT,
    width   BIGINT NOT NULL,
    height  BIGINT NOT NULL,
    created BIGINT NOT NULL,
    room    TEXT,
    message BIGINT
);

CREATE INDEX files_owner ON files (owner);
CREATE INDEX files_hash ON files (hash);
CREATE INDEX files_preview ON files (preview) WHERE preview IS NOT NULL;
CREATE INDEX files_message ON files (room, message) WHERE room IS NOT NULL;
CREATE INDEX files_waiting ON files (created) WHERE room IS NULL;
