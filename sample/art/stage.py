"""What a layout gets: the colours and the cloth of one picture."""

from dataclasses import dataclass

from sample.art import drawings
from sample.art.chance import pick
from sample.art.colour import CREAM, is_dark, mix, shift
from sample.art.palette import Tones, faded

SIZE = 1200
HORIZON = 880
TURNABLE = ("zellige", "basketweave", "wax", "shweshwe", "adinkra")


@dataclass(frozen=True, slots=True)
class Stage:
    """A wall (ground), what the product is seen against (field), and the store's cloth."""

    tones: Tones
    ground: str
    field: str
    cloth: str
    seed: str

    @property
    def floor(self) -> str:
        """The ground's colour where it lies flat."""
        return shift(self.ground, -0.055, 1.1)

    @property
    def frame(self) -> str:
        """A colour for frames around the field: lighter than the ground."""
        light = self.tones["al"] if is_dark(self.ground) else CREAM
        return mix(self.ground, light, 0.7)

    @property
    def trim(self) -> str:
        """A quiet accent for thin lines."""
        return mix(self.ground, self.tones["a"], 0.7)

    @property
    def cloths(self) -> str:
        """The store's pattern three times: ``wall`` faint, ``field`` clearer, ``cloth`` full."""
        scale = pick((0.8, 1, 1.2), self.seed, "scale")
        turn = pick((0, 0, 45), self.seed, "turn") if self.cloth in TURNABLE else 0
        strength = 0.22 if is_dark(self.ground) else 0.17
        faint = faded(self.tones, self.ground, strength)
        clear = faded(self.tones, self.field, 0.26)
        full = faded(self.tones, self.tones["d"], 0.9)
        return (
            drawings.pattern(self.cloth, faint, "wall", f"rotate({turn}) scale({scale:.2f})")
            + drawings.pattern(
                self.cloth, clear, "field", f"rotate({turn}) scale({scale * 0.8:.2f})"
            )
            + drawings.pattern(self.cloth, full, "cloth", "translate(0 1020) scale(.55)")
        )
