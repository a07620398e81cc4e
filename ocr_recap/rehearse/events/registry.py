"""The kinds of events by name. A new kind is one class and one entry here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .event import Event
from .machines import DiskFull, LaptopDies, ServerDies, WrongClock
from .network import NeverComes, NoNetwork
from .office import AlteredFigure
from .people import CarelessReviewer, PeopleDiffer, PlenaryCorrects
from .phones import PhoneLost, QrOnly, SmsFirst
from .sent_photos import OtherElection, PageTooMany, PhotosTwice, WrongStation

EVENTS: Final[Mapping[str, type[Event]]] = {
    "no_network": NoNetwork,
    "never_comes": NeverComes,
    "phone_lost": PhoneLost,
    "qr_only": QrOnly,
    "sms_first": SmsFirst,
    "photos_twice": PhotosTwice,
    "wrong_station": WrongStation,
    "other_election": OtherElection,
    "page_too_many": PageTooMany,
    "careless_reviewer": CarelessReviewer,
    "people_differ": PeopleDiffer,
    "plenary_corrects": PlenaryCorrects,
    "laptop_dies": LaptopDies,
    "server_dies": ServerDies,
    "disk_full": DiskFull,
    "wrong_clock": WrongClock,
    "altered_figure": AlteredFigure,
}
