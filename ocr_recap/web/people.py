"""People: personal links with a role and an expiry, the sessions that they open, and the log of who did what.

A link holds a secret; only the secret's hash is stored. Opening the link starts a session, whose token is the cookie.
The same link may be opened again, on another phone as well, until it expires or is revoked; revoking it ends its
sessions at once.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from sqlite3 import Connection, IntegrityError, Row
from typing import Final, Literal

from ..messages.errors import WrongUse
from ..messages.text import one_line
from ..records.decisions import utc
from .database import Database

Role = Literal["desk", "reviewer", "supervisor", "chair", "member", "witness", "viewer"]
ROLES: Final[tuple[Role, ...]] = ("desk", "reviewer", "supervisor")  # of a folder of results
SESSION_ROLES: Final[tuple[Role, ...]] = ("chair", "member", "witness", "viewer")  # of a plenary session
# Who else may do what a role may. A supervisor runs the server and is nobody in a plenary session.
_ALSO: Final[Mapping[Role, tuple[Role, ...]]] = {
    "desk": ("supervisor",),
    "reviewer": ("supervisor",),
    "witness": ("chair", "member"),
    "viewer": (*SESSION_ROLES, "supervisor"),
}
# Seconds that a link is good for, unless said: the day, the night and the day after; by judgement.
LASTING: Final = 3 * 24 * 3600.0
_LONGEST_NAME: Final = 60


@dataclass(frozen=True)
class User:
    """Somebody with a link.

    Attributes:
        id: in the database.
        name: as decisions name the person.
        role: what the person may do. A supervisor may do everything in a folder of results.
        stations: of a desk, the codes of the stations that it may send; empty: all.
        expires: when the link ends, seconds since 1970.
        revoked: whether it was revoked.
    """

    id: int
    name: str
    role: Role
    stations: tuple[str, ...]
    expires: float
    revoked: bool

    def may(self, role: Role) -> bool:
        """True when the person may do what a role may do."""
        return self.role in (role, *_ALSO.get(role, ()))

    def may_send(self, station: str) -> bool:
        """True when the person may send photos of a station and see them."""
        return self.may("desk") and (not self.stations or station in self.stations)


class People:
    """All people of one server.

    Args:
        database: of the server.
        clock: the time in seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._data, self._clock = database, clock

    def invite(
        self, name: str, role: Role, stations: tuple[str, ...] = (), lasting: float = LASTING, by: str = ""
    ) -> tuple[User, str]:
        """Make a link for a person.

        Args:
            name: of the person; decisions will name it, so nobody else may have it.
            role: what the person may do.
            stations: of a desk, the stations that it may send; empty: all.
            lasting: seconds until the link ends.
            by: who invites.

        Returns:
            The person, and the secret of the link, which is not stored and cannot be shown again.

        Raises:
            WrongUse: the name is empty, too long or taken.
        """
        name = one_line(name)
        if not name or len(name) > _LONGEST_NAME:
            raise WrongUse("person_without_name", most=_LONGEST_NAME)
        secret = secrets.token_urlsafe(24)
        now = self._clock()
        row = name, role, " ".join(stations), _hash(secret), now, now + lasting
        try:
            with self._data.changing() as db:
                columns = "name, role, stations, secret, made, expires"
                added = db.execute(f"INSERT INTO people ({columns}) VALUES (?, ?, ?, ?, ?, ?)", row)
                note(db, by or name, "invite", f"{name}: {role} {' '.join(stations)}".strip())
        except IntegrityError:
            raise WrongUse("person_name_taken", name=name) from None
        return User(added.lastrowid or 0, name, role, stations, row[-1], False), secret

    def renewed(self, person: int, by: str) -> str:
        """A new secret for a person whose link was lost; the old link and its sessions end.

        Raises:
            KeyError: there is no such person.
        """
        secret = secrets.token_urlsafe(24)
        with self._data.changing() as db:
            found = db.execute("SELECT name FROM people WHERE id = ? AND revoked IS NULL", (person,)).fetchone()
            if found is None:
                raise KeyError(person)
            update = "UPDATE people SET secret = ?, expires = max(expires, ?) WHERE id = ?"
            db.execute(update, (_hash(secret), self._clock() + LASTING, person))
            db.execute("DELETE FROM sessions WHERE person = ?", (person,))
            note(db, by, "renew", found[0])
        return secret

    def revoke(self, person: int, by: str) -> None:
        """End a person's link, sessions and claims; what the person entered stays."""
        with self._data.changing() as db:
            db.execute("UPDATE people SET revoked = ? WHERE id = ? AND revoked IS NULL", (self._clock(), person))
            db.execute("DELETE FROM sessions WHERE person = ?", (person,))
            db.execute("UPDATE numbers SET claimant = NULL, until = NULL WHERE claimant = ?", (person,))
            found = db.execute("SELECT name FROM people WHERE id = ?", (person,)).fetchone()
            note(db, by, "revoke", found[0] if found else str(person))

    def enter(self, secret: str) -> str | None:
        """Open a session by the secret of a link: the session's token; None where the link is not good any more."""
        now = self._clock()
        with self._data.changing() as db:
            find = "SELECT id, name FROM people WHERE secret = ? AND revoked IS NULL AND expires > ?"
            found = db.execute(find, (_hash(secret), now)).fetchone()
            if found is None:
                return None
            token = secrets.token_urlsafe(24)
            db.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", (_hash(token), found[0], now, now))
            note(db, found[1], "enter", "")
        return token

    def of(self, token: str) -> User | None:
        """The person of a session; None where it ended."""
        find = (
            "SELECT people.* FROM sessions JOIN people ON people.id = sessions.person"
            " WHERE token = ? AND revoked IS NULL AND expires > ?"
        )
        row = self._data.one(find, (_hash(token), self._clock()))
        return None if row is None else person_of(row)

    def all(self) -> list[User]:
        """Everybody who was ever invited, in that order."""
        return [person_of(row) for row in self._data.rows("SELECT * FROM people ORDER BY id")]

    def named(self, name: str) -> User | None:
        """The person of this name."""
        row = self._data.one("SELECT * FROM people WHERE name = ?", (one_line(name),))
        return None if row is None else person_of(row)


def person_of(row: Row) -> User:
    """The person of a row of the table."""
    revoked = row["revoked"] is not None
    return User(row["id"], row["name"], row["role"], tuple(row["stations"].split()), row["expires"], revoked)


def note(db: Connection, person: str, act: str, about: str) -> None:
    """Add a line to the log of who did what, in the transaction of what was done."""
    db.execute("INSERT INTO acts (at, person, act, about) VALUES (?, ?, ?, ?)", (utc(), person, act, about[:500]))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
