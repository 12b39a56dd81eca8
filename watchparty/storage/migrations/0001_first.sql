-- The random name of this history, which tells cursors from another history apart.
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
INSERT INTO meta (name, value) VALUES ('epoch', lower(hex(randomblob(8))));

-- A credential is the SHA-256 of a secret; the secret itself is not stored.
CREATE TABLE users (
    user_id INTEGER PRIMARY KEY,
    credential BLOB NOT NULL UNIQUE,
    username TEXT NOT NULL,
    created_at INTEGER NOT NULL  -- milliseconds since 1970, like every time here
) STRICT;

CREATE TABLE chats (
    chat_id INTEGER PRIMARY KEY,
    magic_key TEXT NOT NULL,  -- not hashed, because members may ask for the link again
    last_id INTEGER NOT NULL DEFAULT 0,
    last_member_id INTEGER NOT NULL DEFAULT 0,
    rev INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    active_at INTEGER NOT NULL
) STRICT;

CREATE TABLE members (
    chat_id INTEGER NOT NULL REFERENCES chats ON DELETE CASCADE,
    member_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users,
    username TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('host', 'cohost', 'guest', 'viewer')),
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (chat_id, member_id),
    UNIQUE (user_id, chat_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER member_joins AFTER INSERT ON members BEGIN
    UPDATE chats
    SET last_member_id = NEW.member_id, rev = rev + 1, active_at = NEW.joined_at
    WHERE chat_id = NEW.chat_id;
END;

CREATE TABLE sessions (
    credential BLOB PRIMARY KEY,
    chat_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (chat_id, member_id) REFERENCES members ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_member ON sessions (chat_id, member_id);

CREATE TABLE messages (
    chat_id INTEGER NOT NULL REFERENCES chats ON DELETE CASCADE,
    id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    username TEXT NOT NULL,  -- the author's name when it was posted
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (chat_id, id)
) STRICT;

-- Only the last 30 messages exist. The insert itself deletes older ones: no reader ever sees 31.
CREATE TRIGGER message_is_said AFTER INSERT ON messages BEGIN
    UPDATE chats SET last_id = NEW.id, active_at = NEW.created_at WHERE chat_id = NEW.chat_id;
    DELETE FROM messages WHERE chat_id = NEW.chat_id AND id <= NEW.id - 30;
END;
