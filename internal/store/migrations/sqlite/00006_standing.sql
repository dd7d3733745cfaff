-- +goose Up

-- role is owner, moderator, member or reader. muted and banned are until when, 0 for not at all. guest is 1
-- for whom only sockets of the first version speak. gone is when somebody deleted their account, 0 for who did
-- not; removing is 1 while what they said is still being removed, and 2
-- for ever after: nothing of it comes back. peer is the network they were last seen from and seen is when, for a
-- day: '' and 0 if that is not known.
ALTER TABLE users ADD COLUMN role     TEXT   NOT NULL DEFAULT 'member';
ALTER TABLE users ADD COLUMN muted    BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN banned   BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN guest    BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN gone     BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN removing BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN peer     TEXT   NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN seen     BIGINT NOT NULL DEFAULT 0;

CREATE INDEX users_removing ON users (id) WHERE removing = 1;

-- Who came first, of those who hold their address, is the owner of a server that has none.
UPDATE users SET role = 'owner' WHERE id = (
    SELECT u.id FROM users u WHERE EXISTS (SELECT 1 FROM sessions WHERE user_id = u.id) ORDER BY u.created, u.id LIMIT 1);

UPDATE users SET guest = 1
WHERE email IS NOT NULL AND verified = 0 AND NOT EXISTS (SELECT 1 FROM sessions WHERE user_id = users.id);

-- peer is the network that the session was last used from: an IPv4 address, or the /64 of an IPv6 one. typed is
-- 1 for the session of the browser that typed the address: all others of a user who has proven nothing came
-- from that one.
ALTER TABLE sessions ADD COLUMN peer  TEXT   NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN typed BIGINT NOT NULL DEFAULT 0;

UPDATE sessions SET typed = 1 WHERE created = (SELECT created FROM users WHERE id = sessions.user_id);

-- link is the SHA-256, in hexadecimal, of a secret that does the same as the code, in a link.
ALTER TABLE codes ADD COLUMN link TEXT;

CREATE UNIQUE INDEX codes_link ON codes (link);

-- A code that was mailed to prove an address, for the browser that asked for it: asker and link are the
-- SHA-256 of secrets, of that browser and of the link in the mail.
CREATE TABLE proofs (
    asker   TEXT   NOT NULL PRIMARY KEY,
    email   TEXT   NOT NULL,
    hash    TEXT   NOT NULL,
    link    TEXT   NOT NULL UNIQUE,
    tries   BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

CREATE INDEX proofs_email ON proofs (email);
CREATE INDEX proofs_expires ON proofs (expires);

-- token is the SHA-256 of the secret in the link. most is how often it may be used, 0 for any number.
CREATE TABLE invitations (
    id      TEXT   NOT NULL PRIMARY KEY,
    token   TEXT   NOT NULL UNIQUE,
    room    TEXT   NOT NULL REFERENCES rooms (id),
    role    TEXT   NOT NULL,
    maker   TEXT   REFERENCES users (id),
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    most    BIGINT NOT NULL,
    used    BIGINT NOT NULL
);

CREATE INDEX invitations_maker ON invitations (maker);
CREATE INDEX invitations_room ON invitations (room);
CREATE INDEX invitations_expires ON invitations (expires);

-- Networks from which nobody new comes in, for a time; because of whom.
CREATE TABLE peer_bans (
    prefix  TEXT   NOT NULL,
    user_id TEXT   NOT NULL REFERENCES users (id),
    until   BIGINT NOT NULL,
    PRIMARY KEY (prefix, user_id)
);

CREATE INDEX peer_bans_user ON peer_bans (user_id);

-- What was done to keep order, for owners to read; never what anybody said. actor is NULL for who runs the
-- server; what only some acts have is NULL for the others. seq is their order.
CREATE TABLE acts (
    seq     INTEGER NOT NULL PRIMARY KEY,
    id      TEXT   NOT NULL UNIQUE,
    at      BIGINT NOT NULL,
    actor   TEXT   REFERENCES users (id),
    act     TEXT   NOT NULL,
    subject TEXT   REFERENCES users (id),
    room    TEXT   REFERENCES rooms (id),
    message BIGINT,
    until   BIGINT,
    note    TEXT   NOT NULL,
    undone  BIGINT
);

-- What a purge took away, as it was, until it cannot be undone any more.
CREATE TABLE purged (
    room TEXT   NOT NULL REFERENCES rooms (id),
    id   BIGINT NOT NULL,
    act  TEXT   NOT NULL REFERENCES acts (id),
    was  TEXT   NOT NULL,
    PRIMARY KEY (room, id)
);

CREATE INDEX purged_act ON purged (act);

-- slow is how many seconds lie between two messages of one person, 0 for none; spoke is when they last
-- said something while that was so.
ALTER TABLE rooms ADD COLUMN slow BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN spoke BIGINT NOT NULL DEFAULT 0;

-- Who made a room keeps order in it: where they have gone, who has been there longest.
UPDATE rooms SET maker = (
    SELECT m.user_id FROM members m JOIN users u ON u.id = m.user_id WHERE m.room = rooms.id AND u.email IS NOT NULL
    ORDER BY m.joined, m.user_id LIMIT 1)
WHERE kind <> 'direct' AND maker IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM members m JOIN users u ON u.id = m.user_id
                  WHERE m.room = rooms.id AND m.user_id = rooms.maker AND u.email IS NOT NULL)
  AND EXISTS (SELECT 1 FROM members m JOIN users u ON u.id = m.user_id WHERE m.room = rooms.id AND u.email IS NOT NULL);
