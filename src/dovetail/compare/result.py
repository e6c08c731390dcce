"""Comparison: what a study found, as a table, as data, and in plain words."""

import io
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..engine.extras import needed
from ..saving.files import write_atomically
from .report import write_report
from .statistics import (
    BETTER,
    EQUIVALENT,
    UNDECIDED,
    WORSE,
    Difference,
    Interval,
    holm,
    mean_interval,
    paired_difference,
    verdict,
)
from .wording import count, elapsed, short, spread

NOTHING = Interval(math.nan, math.nan, math.nan, 0)


@dataclass(frozen=True)
class Run:
    """One candidate trained with one seed and one learning rate."""

    candidate: str
    seed: int
    learning_rate: float | None
    validation_score: float
    test_score: float
    train_seconds: float
    diverged: bool = False


@dataclass(frozen=True)
class Cost:
    """What a candidate costs; None where it was not measured.

    Attributes:
        parameters, parameter_bytes: of the weights.
        flops_per_sample: floating-point operations of one prediction, as the compiler counts them.
        peak_memory_bytes: of the training program: arguments, results and temporary memory.
        latency_seconds: of a prediction for one sample.
        epoch_seconds: of training; the fastest run's mean.
        compile_seconds: of the training program.
    """

    parameters: int | None = None
    parameter_bytes: int | None = None
    flops_per_sample: float | None = None
    peak_memory_bytes: int | None = None
    latency_seconds: float | None = None
    epoch_seconds: float | None = None
    compile_seconds: float | None = None

    @property
    def order(self) -> tuple:
        """Cheaper first: parameters, then operations of one prediction. (Times are measured, so they never tie.)"""
        values = (self.parameters, self.flops_per_sample)
        return tuple(math.inf if value is None else value for value in values)

    def is_as_cheap_as(self, other: "Cost") -> bool:
        """Whether parameters and operations are at most 5 % above the other's."""
        return all(mine <= 1.05 * its for mine, its in zip(self.order, other.order, strict=True))


@dataclass
class CandidateResult:
    """All runs of one candidate, or the reason why there are none.

    Attributes:
        place: the merge layers that were exchanged.
        guidance: when to use this merge and what it costs.
        is_baseline: one branch alone.
    """

    name: str
    merge: str
    place: str
    guidance: str
    cost: Cost
    runs: list[Run]
    failure: str | None = None
    is_baseline: bool = False
    # worked out by Comparison:
    learning_rate: float | None = None
    scores: dict[int, float] = field(default_factory=dict)
    validation_mean: float = math.nan
    interval: Interval = NOTHING
    difference: Difference | None = None
    corrected_p: float = math.nan
    verdict: str = ""

    @property
    def diverged(self) -> int:
        """How many runs, at all learning rates, did not stay finite."""
        return sum(run.diverged for run in self.runs)


class Comparison:
    """What a study found.

    The learning rate of a candidate is the one with the best mean validation score; a rate at which more than half of
    the runs diverged is not eligible. `best` is chosen by validation score too, so that the test scores reported are
    not selected upon.

    Args:
        candidates: with their runs.
        metric: name of the score.
        higher_is_better: its direction.
        margin: differences smaller than this do not matter; None is 0.01 where higher is better, else 5 % of the
            best candidate's score.
        confidence: of the intervals.
        alpha: of the tests.
        meta: how it was measured.
    """

    def __init__(
        self,
        candidates: Sequence[CandidateResult],
        metric: str,
        higher_is_better: bool,
        margin: float | None = None,
        confidence: float = 0.95,
        alpha: float = 0.05,
        meta: dict[str, Any] | None = None,
    ):
        self.candidates = list(candidates)
        self.metric, self.higher_is_better = metric, higher_is_better
        self.confidence, self.alpha = confidence, alpha
        self.meta = dict(meta or {})
        for candidate in self.candidates:
            _choose_rate(candidate, higher_is_better, confidence)
        scored = [c for c in self.candidates if c.scores and not math.isnan(c.validation_mean)]
        sign = 1 if higher_is_better else -1
        self.ranked = sorted(scored, key=lambda c: -sign * c.interval.mean)
        self.best: CandidateResult | None = max(scored, key=lambda c: sign * c.validation_mean, default=None)
        if margin is None:
            reference = abs(self.best.interval.mean) if self.best else 0.0
            margin = 0.01 if higher_is_better else 0.05 * reference
        self.margin = float(margin)
        self._judge()

    def _judge(self) -> None:
        """Compare every candidate with the best."""
        if self.best is None:
            return
        others = [candidate for candidate in self.ranked if candidate is not self.best]
        for candidate in others:
            candidate.difference = paired_difference(candidate.scores, self.best.scores, self.confidence, self.alpha)
        corrected = holm([candidate.difference.p_value for candidate in others])  # type: ignore[union-attr]
        for candidate, p_value in zip(others, corrected, strict=True):
            candidate.corrected_p = p_value
            assert candidate.difference is not None
            candidate.verdict = verdict(candidate.difference, p_value, self.margin, self.higher_is_better, self.alpha)
        self.best.verdict = "best"

    # -- what follows from it

    @property
    def not_distinguishable(self) -> list[CandidateResult]:
        """The best, and those not shown to be worse."""
        return [c for c in self.ranked if c is self.best or c.verdict in (EQUIVALENT, UNDECIDED, BETTER)]

    @property
    def recommended(self) -> CandidateResult | None:
        """The cheapest of those not distinguishable from the best; of several as cheap, the best on validation data."""
        cheapest = min((c.cost for c in self.not_distinguishable), key=lambda cost: cost.order, default=None)
        if cheapest is None:
            return None
        sign = 1 if self.higher_is_better else -1
        as_cheap = [c for c in self.not_distinguishable if c.cost.is_as_cheap_as(cheapest)]
        return max(as_cheap, key=lambda c: sign * c.validation_mean)

    @property
    def recommendation(self) -> str:
        """What to use and why, in plain words."""
        best, chosen = self.best, self.recommended
        if best is None or chosen is None:
            return "No candidate finished a run: there is nothing to recommend yet."
        score = f"{self.metric} {chosen.interval.mean:.4g}{spread(chosen.interval)}"
        lines = [f"Use {chosen.name}: {score}{_parameters(chosen)}."]
        if chosen is not best:
            how = {
                EQUIVALENT: f"equivalent to the best within the margin of {self.margin:g}",
                UNDECIDED: "not distinguishable from the best",
                BETTER: "better on test data than the one that validation data chose",
            }[chosen.verdict]
            lines.append(
                f"It is the cheapest of {len(self.not_distinguishable)} candidates that are not shown to be worse than "
                f"{best.name} ({best.interval.mean:.4g}), and {how}."
            )
        elif len(self.not_distinguishable) > 1:
            others = ", ".join(c.name for c in self.not_distinguishable if c is not best)
            lines.append(
                f"It is the best on validation data and the cheapest of those not shown to be worse ({others})."
            )
        else:
            lines.append("It is the best; every other candidate is shown to be worse.")
        if not chosen.is_baseline and chosen.guidance:
            lines.append(chosen.guidance)
        lines.extend(self._about_branches())
        undecided = [c for c in self.ranked if c.verdict == UNDECIDED and c.difference is not None]
        if undecided:
            seen = max(c.difference.detectable for c in undecided if c.difference is not None)
            size = (
                f"differences below {seen:.2g} could not have been seen"
                if math.isfinite(seen)
                else "one seed tells nothing"
            )
            lines.append(f"Undecided: {', '.join(c.name for c in undecided)}; {size}. More seeds would tell.")
        if self.meta.get("interrupted"):
            lines.append("The study was interrupted: this is what was done by then.")
        return " ".join(lines)

    def _about_branches(self) -> list[str]:
        """Whether joining helps at all: the best merge against the best single branch."""
        sign = 1 if self.higher_is_better else -1
        alone = max((c for c in self.ranked if c.is_baseline), key=lambda c: sign * c.validation_mean, default=None)
        joined = max(
            (c for c in self.ranked if not c.is_baseline), key=lambda c: sign * c.validation_mean, default=None
        )
        if alone is None or joined is None:
            return []
        difference = paired_difference(joined.scores, alone.scores, self.confidence, self.alpha)
        found = verdict(difference, difference.p_value, self.margin, self.higher_is_better, self.alpha)
        gain = f"{abs(difference.interval.mean):.3g}"
        return [
            {
                BETTER: f"Joining the branches helps: {joined.name} is {gain} better than {alone.name}.",
                WORSE: f"Joining the branches does not help: {alone.name} is {gain} better than {joined.name}.",
                EQUIVALENT: f"Joining the branches makes no difference that matters: {alone.name} does as well.",
                UNDECIDED: f"Whether joining the branches helps at all is undecided: {alone.name} is within {gain}.",
            }[found]
        ]

    # -- as tables and data

    def table(self) -> Any:
        """A rich table, best test score first; then what failed, with the reason."""
        from rich.box import SIMPLE_HEAD
        from rich.table import Table

        percent = round(100 * self.confidence)
        title = f"{self.metric} on test data, {percent} % intervals over seeds"
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
        table.add_column("candidate", overflow="fold")
        table.add_column(self.metric, justify="right", no_wrap=True)
        table.add_column("to best", justify="right", no_wrap=True)
        table.add_column("verdict", no_wrap=True)
        for heading in ("params", "sample", "epoch"):
            table.add_column(heading, justify="right", no_wrap=True)
        diverged = any(c.diverged for c in self.candidates)
        if diverged:
            table.add_column("diverged", justify="right", no_wrap=True)
        styles = {"best": "bold green", BETTER: "green", EQUIVALENT: "cyan", WORSE: "red", UNDECIDED: "yellow"}
        for c in self.ranked:
            row = [
                f"{c.name} ←" if c is self.recommended else c.name,
                short(c.interval),
                "" if c.difference is None else short(c.difference.interval, "+"),
                f"[{styles.get(c.verdict, '')}]{c.verdict}[/]" if c.verdict else "",
                count(c.cost.parameters),
                elapsed(c.cost.latency_seconds),
                elapsed(c.cost.epoch_seconds),
            ]
            if diverged:
                row.append(f"{c.diverged}/{len(c.runs)}" if c.diverged else "")
            table.add_row(*row)
        return table

    def __rich__(self) -> Any:
        from rich.console import Group
        from rich.text import Text

        parts: list[Any] = [self.table(), Text()]
        parts += [Text(f"{c.name} was not run: {c.failure}") for c in self.failed]
        parts += [Text(f"{c.name}: all {len(c.runs)} runs diverged") for c in self.all_diverged]
        parts += [Text(self.recommendation), Text(self._how(), style="dim")]
        return Group(*parts)

    @property
    def failed(self) -> list[CandidateResult]:
        """Candidates that could not be built or compiled."""
        return [c for c in self.candidates if c.failure is not None]

    @property
    def all_diverged(self) -> list[CandidateResult]:
        """Candidates none of whose learning rates is eligible."""
        return [c for c in self.candidates if c.failure is None and c.runs and c not in self.ranked]

    def _how(self) -> str:
        seeds, rates = self.meta.get("seeds", []), self.meta.get("learning rates", [])
        runs = sum(len(c.runs) for c in self.candidates)
        parts = [f"{runs} runs", f"{len(seeds)} seeds"]
        if rates and rates != [None]:
            parts.append(f"learning rates {', '.join(f'{rate:g}' for rate in rates)} (picked on validation data)")
        if "epochs" in self.meta:
            parts.append(f"{self.meta['epochs']} epochs")
        parts.append(f"margin {self.margin:g}")
        parts.append("p values corrected after Holm")
        return "; ".join(parts) + ". ← marks the recommendation."

    def __str__(self) -> str:
        from rich.console import Console

        console = Console(width=120, record=True, file=io.StringIO(), color_system=None)
        console.print(self)
        return console.export_text().rstrip()

    __repr__ = __str__

    def to_dataframe(self) -> Any:
        """One row a candidate, as a pandas DataFrame."""
        return needed("pandas").DataFrame([self._row(c) for c in self.candidates])

    def runs_dataframe(self) -> Any:
        """One row a run, as a pandas DataFrame."""
        return needed("pandas").DataFrame([asdict(run) for c in self.candidates for run in c.runs])

    def _row(self, c: CandidateResult) -> dict[str, Any]:
        difference = c.difference
        return {
            "candidate": c.name,
            "merge": c.merge,
            "place": c.place,
            "is_baseline": c.is_baseline,
            "score": c.interval.mean,
            "low": c.interval.low,
            "high": c.interval.high,
            "seeds": c.interval.count,
            "difference": 0.0 if c is self.best else (difference.interval.mean if difference else math.nan),
            "difference_low": difference.interval.low if difference else math.nan,
            "difference_high": difference.interval.high if difference else math.nan,
            "p_value": c.corrected_p,
            "smallest_detectable": difference.detectable if difference else math.nan,
            "verdict": c.verdict,
            "recommended": c is self.recommended,
            "learning_rate": c.learning_rate,
            "validation_score": c.validation_mean,
            "diverged": c.diverged,
            "runs": len(c.runs),
            "failure": c.failure,
            **asdict(c.cost),
        }

    def to_json(self, path: Any) -> None:
        """Everything, runs included, as a JSON file."""
        content = {
            "metric": self.metric,
            "higher_is_better": self.higher_is_better,
            "margin": self.margin,
            "recommended": self.recommended.name if self.recommended else None,
            "recommendation": self.recommendation,
            "candidates": [_finite(self._row(c)) for c in self.candidates],
            "runs": [_finite(asdict(run)) for c in self.candidates for run in c.runs],
            "how": self.meta,
        }
        write_atomically(path, json.dumps(content, indent=1, default=str).encode())

    def to_html(self, path: Any) -> Path:
        """Write the report: one self-contained page with table and plots. Returns its path."""
        return write_report(self, path)


def _choose_rate(candidate: CandidateResult, higher_is_better: bool, confidence: float) -> None:
    """Pick the learning rate on validation scores, and take the test scores at it."""
    by_rate: dict[Any, list[Run]] = {}
    for run in candidate.runs:
        by_rate.setdefault(run.learning_rate, []).append(run)
    chosen, best = None, math.nan
    for runs in by_rate.values():
        finite = [run.validation_score for run in runs if not run.diverged]
        if 2 * len(finite) < len(runs) or not finite:
            continue
        mean = float(np.mean(finite))
        if chosen is None or ((mean > best) == higher_is_better and mean != best):
            chosen, best = runs, mean
    if chosen is None:
        return
    candidate.learning_rate, candidate.validation_mean = chosen[0].learning_rate, best
    candidate.scores = {run.seed: math.nan if run.diverged else run.test_score for run in chosen}
    candidate.interval = mean_interval(list(candidate.scores.values()), confidence)


def _parameters(candidate: CandidateResult) -> str:
    parameters = candidate.cost.parameters
    return "" if parameters is None else f" with {parameters:,} parameters"


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}
