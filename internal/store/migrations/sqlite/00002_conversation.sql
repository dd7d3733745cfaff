-- +goose Up

-- folded is the name as names are compared, '' for a direct room. people are the ids of all who are in
-- a direct room, sorted: there is one for one set of people. maker is NULL for the lobby.
ALTER TABLE rooms ADD COLUMN folded   TEXT   NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN topic    TEXT   NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN maker    TEXT   REFERENCES users (id);
ALTER TABLE rooms ADD COLUMN people   TEXT;
ALTER TABLE rooms ADD COLUMN archived BIGINT NOT NULL DEFAULT 0;

UPDATE rooms SET folded = 'lobby' WHERE id = 'lobby';

CREATE INDEX rooms_folded ON rooms (folded);
CREATE INDEX rooms_maker ON rooms (maker);
CREATE UNIQUE INDEX rooms_people ON rooms (people);
CREATE UNIQUE INDEX rooms_open ON rooms (folded) WHERE kind = 'open' AND archived = 0;

-- read is the id of the last message that this user has read here.
CREATE TABLE members (
    room        TEXT   NOT NULL REFERENCES rooms (id),
    user_id     TEXT   NOT NULL REFERENCES users (id),
    involvement TEXT   NOT NULL,
    read        BIGINT NOT NULL,
    joined      BIGINT NOT NULL,
    PRIMARY KEY (room, user_id)
);

CREATE INDEX members_user ON members (user_id, room);

INSERT INTO members (room, user_id, involvement, read, joined)
SELECT rooms.id, users.id, 'all', rooms.rev, users.created FROM rooms, users WHERE rooms.id = 'lobby';

-- folded is filled by the migration that also fills names: each is the rest of a folded name from one
-- of its words on, so that a person is found by the beginning of any word.
ALTER TABLE users ADD COLUMN folded TEXT NOT NULL DEFAULT '';

CREATE INDEX users_folded ON users (folded, id);

CREATE TABLE names (
    name    TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (name, user_id)
);

CREATE INDEX names_user ON names (user_id, name);

-- seq never changes, and counts over all rooms in the order in which things were said: search goes by
-- it. parts is JSON with what few messages have, NULL for all others. What may be long stands last: the
-- rest is then read without it.
CREATE TABLE said (
    seq      INTEGER NOT NULL PRIMARY KEY,
    room     TEXT    NOT NULL REFERENCES rooms (id),
    id       BIGINT  NOT NULL,
    rev      BIGINT  NOT NULL,
    author   TEXT    NOT NULL REFERENCES users (id),
    ref      TEXT,
    at       BIGINT  NOT NULL,
    edited   BIGINT,
    deleted  BIGINT,
    pinned   BIGINT,
    reply_to BIGINT,
    parts    TEXT,
    content  TEXT    NOT NULL,
    html     TEXT    NOT NULL,
    UNIQUE (room, id),
    UNIQUE (author, ref)
);

-- Until now there was the lobby only: its ids are the order.
INSERT INTO said (room, id, rev, author, ref, at, content, html)
SELECT room, id, rev, author, ref, at, content, '' FROM messages ORDER BY id;

DROP TABLE messages;

ALTER TABLE said RENAME TO messages;

CREATE INDEX messages_rev ON messages (room, rev);
CREATE INDEX messages_pinned ON messages (room, pinned) WHERE pinned IS NOT NULL;

-- Who is mentioned, for counting; user_id is 'here' for everyone in the room.
CREATE TABLE mentions (
    user_id TEXT   NOT NULL,
    room    TEXT   NOT NULL REFERENCES rooms (id),
    id      BIGINT NOT NULL,
    PRIMARY KEY (user_id, room, id)
);
