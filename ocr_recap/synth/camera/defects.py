"""Defects of photos by name, with the parameters that each one forces and the sign by which it is recognised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .conditions import Conditions, Range


@dataclass(frozen=True)
class Defect:
    """A defect of a photo.

    Attributes:
        name: as `--defect` takes it.
        id, en: what it is, in Indonesian and English.
        changes: ranges that replace the preset's, and make these parameters certain.
        sign: the parameter that tells whether a photo has the defect, and from which size on (up to it if negative).
    """

    name: str
    id: str
    en: str
    changes: Mapping[str, Range]
    sign: tuple[str, float]

    def seen(self, conditions: Conditions) -> bool:
        """True when a photo under these conditions has the defect."""
        name, limit = self.sign
        value = abs(float(getattr(conditions, name)))
        return value >= limit if limit >= 0 else 0 < value <= -limit


DEFECTS: dict[str, Defect] = {
    d.name: d
    for d in (
        Defect("bend", "kertas melengkung", "paper bent", {"bend": (6, 16)}, ("bend", 5)),
        Defect("ripple", "kertas bergelombang", "paper rippled", {"ripple": (0.8, 2)}, ("ripple", 0.7)),
        Defect("fold", "bekas lipatan", "paper folded", {"fold": (5, 14), "folds": (1, 3)}, ("fold", 4)),
        Defect("bleed", "tinta tembus dari balik", "ink of the back shows", {"bleed": (0.08, 0.2)}, ("bleed", 0.06)),
        Defect(
            "photocopy",
            "fotokopi, bukan asli",
            "photocopy",
            {"copy_contrast": (1.6, 3.5), "copy_loss": (0.1, 0.26)},
            ("copy_contrast", 1),
        ),
        Defect("tilt", "difoto miring", "tilted", {"tilt_x": (10, 22), "tilt_y": (3, 16)}, ("tilt_x", 9)),
        Defect("perspective", "difoto terlalu dekat", "close camera", {"distance": (0.8, 1.0)}, ("distance", -1.0)),
        Defect("rotation", "terputar", "rotated", {"rotation": (6, 15)}, ("rotation", 5)),
        Defect("sideways", "menyamping atau terbalik", "sideways or upside down", {"turn": (90, 270)}, ("turn", 90)),
        Defect("small", "difoto dari jauh", "small in the photo", {"fill": (0.55, 0.68)}, ("fill", -0.7)),
        Defect("cut-off", "tepi terpotong", "edge cut off", {"cut": (0.03, 0.12)}, ("cut", 0.02)),
        Defect("neighbour", "ada formulir lain", "poster beside", {"neighbour": (1, 15)}, ("neighbour", 1)),
        Defect("hand", "tertutup jari", "hand over an edge", {"hand": (10, 40)}, ("hand", 3)),
        Defect("cable", "tertutup kabel", "cable over a corner", {"cable": (3, 10)}, ("cable", 2)),
        Defect("screen", "foto layar", "photo of a screen", {"screen": (0.15, 0.5)}, ("screen", 0.03)),
        Defect("shadow", "bayangan ponsel", "phone's shadow", {"shadow": (0.35, 0.75)}, ("shadow", 0.3)),
        Defect("uneven", "cahaya tidak rata", "uneven light", {"slope": (0.4, 0.65)}, ("slope", 0.35)),
        Defect("glare", "pantulan plastik", "glare of plastic", {"glare": (0.4, 1.5)}, ("glare", 0.3)),
        Defect(
            "dark",
            "gelap dan berbintik",
            "low light, noise",
            {"exposure": (0.3, 0.5), "noise": (6, 12)},
            ("exposure", -0.55),
        ),
        Defect("defocus", "tidak fokus", "out of focus", {"defocus": (0.8, 1.6)}, ("defocus", 0.7)),
        Defect("motion", "goyang", "moved", {"motion": (0.9, 2.2)}, ("motion", 0.8)),
        Defect(
            "chat",
            "dikirim lewat aplikasi obrolan",
            "sent by a chat app",
            {"chat_longer": (800, 1280), "chat_jpeg": (35, 65), "chat_rounds": (1, 3)},
            ("chat_longer", -1600),
        ),
        Defect("close-up", "hanya sebagian halaman", "part of the page only", {"part": (0.25, 0.8)}, ("part", 0.1)),
        Defect("back", "sisi belakang lembar", "back of the sheet", {"back": (0.06, 0.22)}, ("back", 0.01)),
        Defect("blurred", "kabur sama sekali", "blurred beyond reading", {"defocus": (4, 12)}, ("defocus", 3)),
    )
}  # fmt: skip


def changes(names: Sequence[str]) -> dict[str, Range]:
    """The ranges that some defects force together; where two force one parameter, the later name counts.

    Raises:
        ValueError: an unknown name; the message lists the known ones.
    """
    unknown = [name for name in names if name not in DEFECTS]
    if unknown:
        raise ValueError(f"no such defect: {', '.join(unknown)}; known are {', '.join(DEFECTS)}")
    return {parameter: span for name in names for parameter, span in DEFECTS[name].changes.items()}


def seen(conditions: Conditions) -> tuple[str, ...]:
    """Names of all defects that a photo under these conditions shows, in the order of `DEFECTS`."""
    return tuple(name for name, defect in DEFECTS.items() if defect.seen(conditions))


def rows() -> Iterator[str]:
    """The defects as lines of a Markdown table."""
    yield "| defect | what it is | Indonesian | forces | a photo has it when |"
    yield "|---|---|---|---|---|"
    for d in DEFECTS.values():
        forced = ", ".join(f"`{name}` {low:g} - {high:g}" for name, (low, high) in d.changes.items())
        name, limit = d.sign
        when = f"`{name}` >= {limit:g}" if limit >= 0 else f"0 < `{name}` <= {-limit:g}"
        yield f"| `{d.name}` | {d.en} | {d.id} | {forced} | {when} |"
