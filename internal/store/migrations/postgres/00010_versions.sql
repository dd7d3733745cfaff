-- +goose Up

-- The files of each version's pages, packed, for servers of other versions. used is when a server last had them.
CREATE TABLE assets (
    version TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    used    BIGINT           NOT NULL,
    data    BYTEA            NOT NULL
);

-- looked is when Gravatar said what name and picture are, 0 if it never did.
ALTER TABLE users ADD COLUMN looked BIGINT NOT NULL DEFAULT 0;
