"""Everything about a chat that is no message: one small document with a revision."""

from msgspec import Struct

from watchparty.party.models import Member


class State(Struct, frozen=True):
    """The same for every member, and without any secret.

    `deleted` lists ids in the window whose text was taken back; `links` grows when a
    link is replaced, so that who may see links asks for them again. `alike` lists the ids
    of members, and of authors in the window, whose name looks like another one's.
    """

    members: list[Member]
    topic: str
    deleted: list[int]
    links: int
    alike: list[int]
