-- The key a message was sent with goes out with it, so that its sender's page knows it again.
ALTER TABLE messages ADD COLUMN key TEXT;

-- What a repeated request is answered from. It outlives the message, so the text is not in it:
-- `digest` is HMAC-SHA-256 of the text under the key, and of the key there is only a hash.
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

-- Keys die after 24 hours. Each new one buries two dead ones, so their number can only fall
-- to what a day brings, and no write ever has to bury many.
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
