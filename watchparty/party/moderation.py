"""What members may do about a chat and about each other, by their roles.

Each verb changes the store first, then what everybody sees. All raise NotAllowed when
the role of the one who asks does not allow it, and StoreUnavailable with nothing changed.
"""

from msgspec.structs import replace

from watchparty.party import tokens
from watchparty.party.errors import NotAllowed, NotFound
from watchparty.party.models import InviteRole, Invites, Member, Role
from watchparty.party.service import Party, Seat
from watchparty.party.uncancellable import indivisible

HOSTS: frozenset[Role] = frozenset({"host", "cohost"})


def invites(seat: Seat) -> dict[InviteRole, str]:
    """Return the passphrases that this member may hand on."""
    own = seat.chat.standing.invites
    if seat.member.role in HOSTS:
        return {"guest": own.guest, "viewer": own.viewer}
    if seat.member.role == "guest":
        return {"guest": own.guest}
    raise NotAllowed


def invite(seat: Seat, role: InviteRole) -> str:
    """Return one of the passphrases that this member may hand on."""
    try:
        return invites(seat)[role]
    except KeyError:
        raise NotAllowed from None


@indivisible
async def replace_invite(seat: Seat, role: InviteRole) -> str:
    """Make a new passphrase, and return it; the old one is dead at once, members stay."""
    _allow(seat, HOSTS)
    chat, fresh = seat.chat, tokens.new_secret()
    chat.stand(await chat.store.replace_invite(chat.chat_id, seat.member, role, fresh))
    return fresh


@indivisible
async def set_topic(seat: Seat, topic: str) -> None:
    """Say what is being watched."""
    _allow(seat, HOSTS)
    chat = seat.chat
    chat.stand(await chat.store.set_topic(chat.chat_id, seat.member, topic))


@indivisible
async def set_role(seat: Seat, member_id: int, role: Role) -> None:
    """Name a co-host, or make them a guest again. Raises NotFound."""
    _allow(seat, {"host"})
    chat, member = seat.chat, _member(seat, member_id)
    if member.role == "host":
        raise NotAllowed
    chat.stand(await chat.store.set_role(chat.chat_id, seat.member, member, role))


@indivisible
async def remove(seat: Seat, member_id: int) -> None:
    """Remove a member, or leave. Raises NotFound, and NoSuccessor when the host can't leave.

    Whoever is removed does not come back by a link they know: both are replaced in the
    same step. Who leaves by themselves takes nothing away from the others.
    """
    chat, member = seat.chat, _member(seat, member_id)
    if member_id == seat.member.member_id:
        chat.stand(await chat.store.leave(chat.chat_id, seat.member))
        return
    is_below = seat.member.role == "cohost" and member.role not in HOSTS
    if seat.member.role != "host" and not is_below:
        raise NotAllowed
    fresh = Invites(tokens.new_secret(), tokens.new_secret())
    chat.stand(await chat.store.expel(chat.chat_id, seat.member, member, fresh))


@indivisible
async def delete_message(seat: Seat, id_: int) -> None:
    """Take a message back: its text is gone for everybody. Raises NotFound."""
    chat, message = seat.chat, seat.chat.window.find(id_)
    if message is None:
        raise NotFound
    if message.member_id != seat.member.member_id:
        _allow(seat, HOSTS)
    standing = await chat.store.delete_message(chat.chat_id, seat.member, id_)
    if chat.window.find(id_):  # it may have left the window meanwhile
        chat.window.put(replace(message, body="", deleted=True))
    chat.stand(standing)
    await chat.store.scrub()


@indivisible
async def burn(party: Party, seat: Seat) -> None:
    """Delete the chat with all that was said and everybody's way in."""
    _allow(seat, {"host"})
    store, chat_id = seat.chat.store, seat.chat.chat_id
    await store.delete_chat(chat_id, seat.member)
    party.chats.burn(chat_id)
    await store.scrub()


def _member(seat: Seat, member_id: int) -> Member:
    if member_id not in seat.chat.members:
        raise NotFound
    return seat.chat.members[member_id]


def _allow(seat: Seat, roles: frozenset[Role] | set[Role]) -> None:
    if seat.member.role not in roles:
        raise NotAllowed
