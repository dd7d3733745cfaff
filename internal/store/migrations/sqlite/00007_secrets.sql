-- +goose Up

-- What all servers on this database share, and nobody else knows.
CREATE TABLE secrets (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
