-- Unused data expires: idle chats, then users who are in no chat.
CREATE INDEX chats_by_activity ON chats (active_at);

ALTER TABLE users ADD COLUMN active_at INTEGER NOT NULL DEFAULT 0;
UPDATE users SET active_at = created_at;
CREATE INDEX users_by_activity ON users (active_at);

CREATE TRIGGER user_appears AFTER INSERT ON users BEGIN
    UPDATE users SET active_at = NEW.created_at WHERE user_id = NEW.user_id;
END;
CREATE TRIGGER user_joins AFTER INSERT ON members BEGIN
    UPDATE users SET active_at = NEW.joined_at WHERE user_id = NEW.user_id;
END;
CREATE TRIGGER user_leaves AFTER DELETE ON members BEGIN
    UPDATE users SET active_at = CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)
    WHERE user_id = OLD.user_id;
END;
