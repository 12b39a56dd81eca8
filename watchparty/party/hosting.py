"""What members may do about a chat and about each other, by their roles.

Each verb changes the store first, then what everybody sees. All raise NotAllowed when
the role of the one who asks does not allow it, and StoreUnavailable with nothing changed.
"""

from msgspec.structs import replace

from watchparty.party import secrets
from watchparty.party.errors import NoSuccessor, NotAllowed, NotFound
from watchparty.party.indivisible import indivisible
from watchparty.party.party import Party, Seat
from watchparty.party.values import InviteRole, Invites, Member, Role

HOSTS: frozenset[Role] = frozenset({"host", "cohost"})


def invites(seat: Seat) -> dict[InviteRole, str]:
    """Return the passphrases that this member may hand on."""
    own = seat.chat.invites
    if seat.member.role in HOSTS:
        return {"guest": own.guest, "viewer": own.viewer}
    if seat.member.role == "guest":
        return {"guest": own.guest}
    raise NotAllowed


@indivisible
async def replace_invite(seat: Seat, role: InviteRole) -> str:
    """Make a new passphrase, and return it; the old one is dead at once, members stay."""
    _allow(seat, HOSTS)
    chat, fresh = seat.chat, secrets.new_secret()
    rev = await chat.store.replace_invite(chat.chat_id, role, fresh)
    chat.invites = replace(chat.invites, **{role: fresh})
    chat.links += 1
    chat.changed(rev)
    return fresh


@indivisible
async def set_topic(seat: Seat, topic: str) -> None:
    """Say what is being watched."""
    _allow(seat, HOSTS)
    rev = await seat.chat.store.set_topic(seat.chat.chat_id, topic)
    seat.chat.topic = topic
    seat.chat.changed(rev)


@indivisible
async def set_role(seat: Seat, member_id: int, role: Role) -> None:
    """Name a co-host, or make them a guest again. Raises NotFound."""
    _allow(seat, {"host"})
    chat, member = seat.chat, _member(seat, member_id)
    if member.role == "host":
        raise NotAllowed
    rev = await chat.store.set_role(chat.chat_id, member_id, role)
    chat.members[member_id] = replace(member, role=role)
    chat.changed(rev)


@indivisible
async def remove(seat: Seat, member_id: int) -> None:
    """Remove a member, or leave. Raises NotFound, and NoSuccessor when the host can't leave.

    Whoever is removed does not come back by a link they know: both are replaced in the
    same step. Who leaves by themselves takes nothing away from the others.
    """
    member = _member(seat, member_id)
    if member_id == seat.member.member_id:
        await _leave(seat)
    elif seat.member.role == "host" or (seat.member.role == "cohost" and member.role not in HOSTS):
        await _expel(seat, member_id)
    else:
        raise NotAllowed


@indivisible
async def delete_message(seat: Seat, id_: int) -> None:
    """Take a message back: its text is gone for everybody. Raises NotFound."""
    chat, message = seat.chat, seat.chat.window.find(id_)
    if message is None:
        raise NotFound
    if message.member_id != seat.member.member_id:
        _allow(seat, HOSTS)
    rev = await chat.store.delete_message(chat.chat_id, id_)
    if chat.window.find(id_):  # it may have left the window meanwhile
        chat.window.put(replace(message, body="", deleted=True))
    chat.changed(rev)


@indivisible
async def burn(party: Party, seat: Seat) -> None:
    """Delete the chat with all that was said and everybody's way in."""
    _allow(seat, {"host"})
    await seat.chat.store.delete_chat(seat.chat.chat_id)
    party.chats.burn(seat.chat.chat_id)


async def _leave(seat: Seat) -> None:
    chat, heir = seat.chat, None
    if seat.member.role == "host":
        heir = next((m for m in chat.members.values() if m.role == "cohost"), None)
        if heir is None:
            raise NoSuccessor
    heir_id = None if heir is None else heir.member_id
    rev = await chat.store.remove_member(chat.chat_id, seat.member.member_id, heir=heir_id)
    if heir is not None:
        chat.members[heir.member_id] = replace(heir, role="host")
    del chat.members[seat.member.member_id]
    chat.changed(rev)


async def _expel(seat: Seat, member_id: int) -> None:
    chat, fresh = seat.chat, Invites(secrets.new_secret(), secrets.new_secret())
    rev = await chat.store.remove_member(chat.chat_id, member_id, fresh)
    chat.invites, chat.links = fresh, chat.links + len(fresh.__struct_fields__)
    del chat.members[member_id]
    chat.changed(rev)


def _member(seat: Seat, member_id: int) -> Member:
    if member_id not in seat.chat.members:
        raise NotFound
    return seat.chat.members[member_id]


def _allow(seat: Seat, roles: frozenset[Role] | set[Role]) -> None:
    if seat.member.role not in roles:
        raise NotAllowed
