"""The product: chats, members, messages and waiting for news. No HTTP, no SQL."""
