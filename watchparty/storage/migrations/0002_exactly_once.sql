-- Readers get the idempotency key of a message, so that its sender's page recognizes the message.
ALTER TABLE messages ADD COLUMN key TEXT;

-- Repeated requests are answered from these tables. Their rows outlive the messages, so they have
-- no text: `digest` is the HMAC-SHA-256 of the text under the key, and the key is only hashed.
CREATE TABLE message_keys (
    chat_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    key_hash BLOB NOT NULL,
    digest BLOB NOT NULL,
    id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (chat_id, member_id, key_hash),
    FOREIGN KEY (chat_id, member_id) REFERENCES members ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX message_keys_by_age ON message_keys (created_at);

CREATE TABLE chat_keys (
    user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    key_hash BLOB NOT NULL,
    digest BLOB NOT NULL,
    chat_id INTEGER NOT NULL REFERENCES chats ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_keys_by_age ON chat_keys (created_at);
CREATE INDEX chat_keys_by_chat ON chat_keys (chat_id);

-- Keys expire after 24 hours. Each new key deletes two expired ones, so the number of keys falls to
-- that of one day, and no write ever has to delete many.
CREATE TRIGGER message_key_buries AFTER INSERT ON message_keys BEGIN
    DELETE FROM message_keys WHERE (chat_id, member_id, key_hash) IN (
        SELECT chat_id, member_id, key_hash FROM message_keys
        WHERE created_at <= NEW.created_at - 86400000 ORDER BY created_at LIMIT 2
    );
END;

CREATE TRIGGER chat_key_buries AFTER INSERT ON chat_keys BEGIN
    DELETE FROM chat_keys WHERE (user_id, key_hash) IN (
        SELECT user_id, key_hash FROM chat_keys
        WHERE created_at <= NEW.created_at - 86400000 ORDER BY created_at LIMIT 2
    );
END;
