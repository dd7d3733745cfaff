-- +goose Up

-- When somebody last said something in a slow room. Apart from members, whose rows change with read marks too: two
-- nodes would wait for each other. members.spoke is of no use any more, and goes with a later version.
CREATE TABLE spoke (
    room    TEXT   NOT NULL REFERENCES rooms (id),
    user_id TEXT   NOT NULL REFERENCES users (id),
    at      BIGINT NOT NULL,
    PRIMARY KEY (room, user_id)
);

INSERT INTO spoke (room, user_id, at) SELECT room, user_id, spoke FROM members WHERE spoke > 0;

-- For what is looked up while nobody else may write.
CREATE INDEX sessions_unused ON sessions (created) WHERE used = created;
CREATE INDEX acts_subject ON acts (act, subject);
