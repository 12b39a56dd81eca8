"""The changes that members can make to a chat, each a value with its permission.

To add one, add a value here, a case in storage/transactions.py and a route. If it sets a column of
its own, add a migration whose trigger raises `rev`: only newer revisions are shown. `Chat.change`
checks the permission against the roles in memory. The store checks again, in its transaction, that
the actor and the member concerned still have these roles.
"""

from msgspec import Struct, field

from watchparty.party import tokens
from watchparty.party.models import HOSTS, InviteRole, Invites, Member, Message, Role


class ReplaceInvite(Struct, frozen=True):
    """Replace the magic key of one invite link; members stay."""

    role: InviteRole
    magic_key: str = field(default_factory=tokens.new_secret)

    def is_allowed(self, actor: Member) -> bool:
        """Allow hosts and co-hosts."""
        return actor.role in HOSTS


class SetTopic(Struct, frozen=True):
    """Set the topic; an empty one removes it."""

    topic: str

    def is_allowed(self, actor: Member) -> bool:
        """Allow hosts and co-hosts."""
        return actor.role in HOSTS


class SetRole(Struct, frozen=True):
    """Give a member another role instead of `before`, which is None when nobody has that id."""

    member_id: int
    role: Role
    before: Role | None

    def is_allowed(self, actor: Member) -> bool:
        """Allow the host to change any role but their own."""
        return actor.role == "host" and self.before != "host"


class RemoveMember(Struct, frozen=True):
    """Remove a member and replace both invite links, so that the links they know stop working."""

    member: Member
    invites: Invites = field(default_factory=Invites.new)

    def is_allowed(self, actor: Member) -> bool:
        """Allow the host to remove anybody, and co-hosts to remove guests and viewers."""
        if actor.role == "cohost":
            return self.member.role not in HOSTS
        return actor.role == "host"


class Leave(Struct, frozen=True):
    """Remove oneself; a host is succeeded by the oldest co-host. Raises NoSuccessor."""

    def is_allowed(self, actor: Member) -> bool:
        """Allow everybody."""
        return True


class DeleteMessage(Struct, frozen=True):
    """Delete the text of a message; its id stays in use."""

    message: Message

    def is_allowed(self, actor: Member) -> bool:
        """Allow the author, hosts and co-hosts."""
        return actor.role in HOSTS or actor.member_id == self.message.member_id


Change = ReplaceInvite | SetTopic | SetRole | RemoveMember | Leave | DeleteMessage
