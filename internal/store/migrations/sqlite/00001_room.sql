-- +goose Up

-- rev is the room's clock: every change to its log takes the next one.
CREATE TABLE rooms (
    id   TEXT   NOT NULL PRIMARY KEY,
    name TEXT   NOT NULL,
    kind TEXT   NOT NULL,
    rev  BIGINT NOT NULL
);

INSERT INTO rooms (id, name, kind, rev) VALUES ('lobby', 'Lobby', 'open', 0);

-- email is NULL for a user who lost the address to somebody else: what they said stays theirs.
-- Times are microseconds since 1970, in UTC, here and below.
CREATE TABLE users (
    id       TEXT   NOT NULL PRIMARY KEY,
    email    TEXT   UNIQUE,
    name     TEXT   NOT NULL,
    picture  TEXT   NOT NULL,
    verified BIGINT NOT NULL,
    created  BIGINT NOT NULL
);

-- ref is the author's own name for what they sent, NULL when they gave none.
CREATE TABLE messages (
    room    TEXT   NOT NULL REFERENCES rooms (id),
    id      BIGINT NOT NULL,
    rev     BIGINT NOT NULL,
    author  TEXT   NOT NULL REFERENCES users (id),
    ref     TEXT,
    content TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (room, id),
    UNIQUE (author, ref)
);

CREATE INDEX messages_rev ON messages (room, rev);

-- token is the SHA-256 of the session's secret, in hexadecimal.
CREATE TABLE sessions (
    id      TEXT   NOT NULL PRIMARY KEY,
    token   TEXT   NOT NULL UNIQUE,
    user_id TEXT   NOT NULL REFERENCES users (id),
    browser TEXT   NOT NULL,
    created BIGINT NOT NULL,
    used    BIGINT NOT NULL
);

CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_used ON sessions (used);

-- The device code that a user shows to another browser of theirs: one at a time.
CREATE TABLE codes (
    user_id TEXT   NOT NULL PRIMARY KEY REFERENCES users (id),
    hash    TEXT   NOT NULL,
    tries   BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

-- One row, written to learn whether writing works.
CREATE TABLE pulse (at BIGINT NOT NULL);

INSERT INTO pulse (at) VALUES (0);
