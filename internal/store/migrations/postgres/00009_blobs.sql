-- +goose Up

-- The contents of files, by the SHA-256 of each in hexadecimal: with PostgreSQL they are here, so that every
-- node has them. size is in bytes. The parts of a content are those of the upload it came with.
CREATE TABLE blobs (
    hash   TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    size   BIGINT NOT NULL,
    upload TEXT   COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE blob_parts (
    upload  TEXT   COLLATE "C" NOT NULL,
    part    BIGINT NOT NULL,
    content BYTEA  NOT NULL,
    PRIMARY KEY (upload, part)
);

-- What people send is small already, mostly: trying to make it smaller would cost more than it brings.
ALTER TABLE blob_parts ALTER COLUMN content SET STORAGE EXTERNAL;

-- What is being uploaded, and, once hash is not NULL, what must not be deleted though nobody's file has it
-- yet. at is when that last went on, by the clock of the database, which all nodes share.
CREATE TABLE uploads (
    id   TEXT        COLLATE "C" NOT NULL PRIMARY KEY,
    hash TEXT        COLLATE "C",
    at   TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE INDEX uploads_hash ON uploads (hash);

-- One row, if this database was filled by gochatting migrate: what is changed by whoever does something, summed
-- up, as it was then.
CREATE TABLE copied (trace TEXT NOT NULL);
