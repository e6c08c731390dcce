"""Guidance: when to use a merge and what it costs, as data that docs, comparisons and errors quote."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Guidance:
    """What a merge is good for.

    Attributes:
        use: one or two sentences on when to use it.
        cost: what it costs in parameters and width.
    """

    use: str
    cost: str

    @property
    def text(self) -> str:
        return f"{self.use} {self.cost}"
