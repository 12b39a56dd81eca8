"""The product: chats, members, messages and who waits. No HTTP, no SQL."""
