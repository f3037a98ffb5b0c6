"""Facts about workplaces: whether it is carried about, where its users' files lie, which office suite it has."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from auditkit.model import fact


@fact()
class PortableComputer:
    """Whether it is carried about. portable: by the kind of its enclosure and what the maker says of its power; None = these do not tell.

    because: what was looked at ("chassis notebook", "mobile", "battery").
    """

    portable: bool | None
    because: tuple[str, ...]


@fact(key=("sid",))
class UserFiles:
    """Where Desktop and Documents of one profile lie. here: on this computer's own disks; elsewhere: on a server, in a cloud folder.

    None = the profile is not loaded (nobody of that name is logged on), and its settings cannot be read without changing something.
    last_used: None = Windows does not tell. path: of the profile.
    """

    sid: str
    path: str
    last_used: datetime | None
    here: tuple[str, ...] | None
    elsewhere: tuple[str, ...] | None


@fact(key=("registry_key",))
class OfficeSuite:
    """An office suite and until when it has security fixes; the last fields as of `SupportEnd`.

    version: 2016, 2021, 24.8...; "" = not told. product: microsoft-office, microsoft-365, libreoffice, r7-office, myoffice, openoffice.
    build: as the program writes it.
    """

    registry_key: str
    product: str
    title: str
    version: str
    build: str
    ends: date | None
    state: Literal["dated", "open", "rolling", "unknown"]
    source: str
    checked_on: date | None
