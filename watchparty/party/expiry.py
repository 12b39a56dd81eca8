"""Delete unused chats, users and keys."""

from watchparty.party import clock
from watchparty.party.service import ChatService


async def sweep(service: ChatService, ttl: int) -> int:
    """Delete a batch of expired chats, and return how many; `ttl` is in seconds."""
    expired = await service.store.expire(clock.now() - ttl * 1000)
    for chat_id in expired:
        service.chats.burn(chat_id)
    return len(expired)
