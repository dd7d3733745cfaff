-- +goose Up

-- The nodes that have the database, and when each last said so, by the database's clock.
CREATE TABLE nodes (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    seen TIMESTAMPTZ      NOT NULL
);
