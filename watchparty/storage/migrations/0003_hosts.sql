-- For hosts: read-only links, replaced links, a topic, deleted messages.
ALTER TABLE chats ADD COLUMN viewer_key TEXT NOT NULL DEFAULT '';
UPDATE chats SET viewer_key = lower(hex(randomblob(24)));
ALTER TABLE chats ADD COLUMN links INTEGER NOT NULL DEFAULT 0;  -- grows when a link is replaced
ALTER TABLE chats ADD COLUMN topic TEXT NOT NULL DEFAULT '';

-- A deleted message keeps its id but not its text, so that the id stays in use.
ALTER TABLE messages ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;

-- Every change except a new message raises the revision; 0001 does so for joins.
CREATE TRIGGER member_leaves AFTER DELETE ON members BEGIN
    UPDATE chats SET rev = rev + 1 WHERE chat_id = OLD.chat_id;
END;
CREATE TRIGGER role_changes AFTER UPDATE OF role ON members BEGIN
    UPDATE chats SET rev = rev + 1 WHERE chat_id = NEW.chat_id;
END;
CREATE TRIGGER message_is_deleted AFTER UPDATE OF deleted ON messages BEGIN
    UPDATE chats SET rev = rev + 1 WHERE chat_id = NEW.chat_id;
END;
CREATE TRIGGER chat_changes AFTER UPDATE OF topic, links ON chats BEGIN
    UPDATE chats SET rev = rev + 1 WHERE chat_id = NEW.chat_id;
END;
