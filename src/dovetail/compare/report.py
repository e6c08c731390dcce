"""The report: one self-contained HTML page with the recommendation, the table and plots."""

import html
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine.extras import needed
from ..saving.files import write_atomically
from .wording import count, elapsed, spread

if TYPE_CHECKING:
    from .result import CandidateResult, Comparison

COLORS = {"best": "#1a7f37", "better": "#1a7f37", "equivalent": "#0e7490", "undecided": "#9a6700", "worse": "#b42318"}
GREY = "#6e7781"

STYLE = """
:root { color-scheme: light dark; --line: #d0d7de; --soft: #6e7781; --card: #f6f8fa; --ink: #1f2328; --page: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3d444d; --soft: #9198a1; --card: #161b22; --ink: #e6edf3; --page: #0d1117; }
}
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
  max-width: 1240px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 1.6rem; margin: 0 0 4px; } h2 { font-size: 1.15rem; margin: 36px 0 10px; }
.pre { white-space: pre-wrap; }
.soft { color: var(--soft); } .lead { background: var(--card); border-left: 4px solid #1a7f37; padding: 14px 18px;
  border-radius: 4px; font-size: 1.05rem; margin: 18px 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 10px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { font-weight: 600; color: var(--soft); } th:first-child, td:first-child, .left { text-align: left; }
tr.chosen td { background: var(--card); font-weight: 600; }
.badge { color: #fff; border-radius: 10px; padding: 1px 9px; font-size: .85rem; font-weight: 600; }
figure { margin: 0; background: #fff; border: 1px solid var(--line); border-radius: 6px; padding: 10px; }
figure svg { width: 100%; height: auto; display: block; } figcaption { color: #57606a; font-size: .9rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); gap: 16px; }
.plots .full { grid-column: 1 / -1; } dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
"""


def write_report(comparison: "Comparison", path: Any) -> Path:
    """Write the page; the file is there whole or not at all."""
    path = Path(path)
    write_atomically(path, page(comparison).encode())
    return path


def page(comparison: "Comparison") -> str:
    """The page as text."""
    title = f"Which merge? {comparison.meta.get('model', 'model')}"
    chosen = comparison.recommended
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        f'<p class="soft">{html.escape(comparison.metric)} on test data, '
        f"{round(100 * comparison.confidence)} % intervals over seeds</p>",
        f'<p class="lead">{html.escape(comparison.recommendation)}</p>',
        f'<div class="wide">{_table(comparison, chosen)}</div>',
        _not_run(comparison),
    ]
    if comparison.ranked:
        parts.append(f"<h2>Pictures</h2><div class='plots'>{_plots(comparison)}</div>")
    parts += [_guidance(comparison), _how(comparison)]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><title>{html.escape(title)}</title><style>{STYLE}</style>'
        f"</head><body>{''.join(parts)}</body></html>"
    )


def _table(comparison: "Comparison", chosen: Any) -> str:
    heads = ["candidate", comparison.metric, "difference to best", "verdict", "corrected p", "parameters",
             "operations", "peak memory", "one sample", "epoch", "compile", "rate", "diverged"]  # fmt: skip
    rows = []
    for c in comparison.ranked:
        difference = "" if c.difference is None else f"{c.difference.interval.mean:+.4f}{spread(c.difference.interval)}"
        cells = [
            html.escape(c.name) + (" ←" if c is chosen else ""),
            f"{c.interval.mean:.4f}{spread(c.interval)}",
            difference,
            f'<span class="badge" style="background:{COLORS.get(c.verdict, GREY)}">{c.verdict}</span>',
            "" if math.isnan(c.corrected_p) else f"{c.corrected_p:.3f}",
            count(c.cost.parameters),
            _quantity(c.cost.flops_per_sample, ""),
            _quantity(c.cost.peak_memory_bytes, "B"),
            elapsed(c.cost.latency_seconds),
            elapsed(c.cost.epoch_seconds),
            elapsed(c.cost.compile_seconds),
            "" if c.learning_rate is None else f"{c.learning_rate:g}",
            f"{c.diverged} of {len(c.runs)}",
        ]
        style = ' class="chosen"' if c is chosen else ""
        rows.append(f"<tr{style}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    return "<table><tr>" + "".join(f"<th>{h}</th>" for h in heads) + "</tr>" + "".join(rows) + "</table>"


def _quantity(value: float | None, unit: str) -> str:
    """1,234 as 1.23 k, and so on."""
    if value is None:
        return ""
    for limit, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:.3g} {prefix}{unit}"
    return f"{value:.0f} {unit}".strip()


def _not_run(comparison: "Comparison") -> str:
    items = [
        f"<li><b>{html.escape(c.name)}</b>: <span class='pre'>{html.escape(c.failure or '')}</span></li>"
        for c in comparison.failed
    ]
    items += [
        f"<li><b>{html.escape(c.name)}</b>: all {len(c.runs)} runs diverged</li>" for c in comparison.all_diverged
    ]
    return f"<h2>Not in the table</h2><ul>{''.join(items)}</ul>" if items else ""


def _guidance(comparison: "Comparison") -> str:
    items = [
        f"<li><b>{html.escape(c.name)}</b>: {html.escape(c.guidance)}</li>"
        for c in comparison.candidates
        if c.guidance and not c.is_baseline
    ]
    return f"<h2>When to use which</h2><ul>{''.join(items)}</ul>" if items else ""


def _how(comparison: "Comparison") -> str:
    facts: dict[str, Any] = {
        "metric": f"{comparison.metric}, {'higher' if comparison.higher_is_better else 'lower'} is better",
        "margin": f"{comparison.margin:g}: smaller differences do not matter; set before the runs",
        "learning rate": "picked for each candidate by its mean validation score; scores are those on test data",
        "best": "chosen by validation score; differences to it are paired by seed",
        "verdict": "equivalent: the 90 % interval of the difference lies within the margin; better or worse: the "
        f"Holm-corrected p value is below {comparison.alpha:g}; undecided: neither",
        **comparison.meta,
    }
    rows = "".join(f"<dt>{html.escape(str(k))}</dt><dd>{html.escape(_plain(v))}</dd>" for k, v in facts.items())
    return f"<h2>How this was measured</h2><dl>{rows}</dl>"


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(item) for item in value)
    return (
        f"{value:.1f}"
        if isinstance(value, float) and value >= 10
        else (f"{value:g}" if isinstance(value, float) else str(value))
    )


# -- plots


def _plots(comparison: "Comparison") -> str:
    matplotlib = needed("matplotlib")
    figure_class = needed("matplotlib.figure").Figure
    settings = {"svg.fonttype": "path", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False,
                "axes.edgecolor": GREY, "svg.hashsalt": "dovetail"}  # fmt: skip
    drawn = []
    with matplotlib.rc_context(settings):
        for draw, caption, size in (
            (_forest, "Scores on test data with their intervals; the band is the margin around the best.", (9, 0)),
            (_cost, "Score against cost: up and to the left is good.", (4.6, 3.6)),
            (_rates, "Validation score by learning rate.", (4.6, 3.6)),
            (_seeds, "The same seed in every candidate: lines that run together are paired luck.", (9, 3.4)),
        ):
            height = size[1] or 0.9 + 0.34 * len(comparison.ranked)
            figure = figure_class(figsize=(size[0], height), layout="constrained")
            if draw(comparison, figure.subplots()):
                full = ' class="full"' if size[0] > 5 else ""
                drawn.append(f"<figure{full}>{_svg(figure)}<figcaption>{caption}</figcaption></figure>")
    return "".join(drawn)


def _svg(figure: Any) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def _color(candidate: "CandidateResult") -> str:
    return COLORS.get(candidate.verdict, GREY)


def _forest(comparison: "Comparison", axes: Any) -> bool:
    best = comparison.best
    assert best is not None
    axes.axvspan(
        best.interval.mean - comparison.margin, best.interval.mean + comparison.margin, color="#1a7f37", alpha=0.12
    )
    for row, c in enumerate(reversed(comparison.ranked)):
        low = c.interval.mean if math.isnan(c.interval.low) else c.interval.low
        high = c.interval.mean if math.isnan(c.interval.high) else c.interval.high
        axes.plot([low, high], [row, row], color=_color(c), lw=2)
        axes.plot([c.interval.mean], [row], "o", color=_color(c), ms=6)
    axes.set_yticks(range(len(comparison.ranked)), [c.name for c in reversed(comparison.ranked)])
    axes.set_xlabel(comparison.metric)
    return True


def _cost(comparison: "Comparison", axes: Any) -> bool:
    known = [c for c in comparison.ranked if c.cost.parameters]
    groups: dict[tuple, list[str]] = {}
    for c in known:
        axes.plot([c.cost.parameters], [c.interval.mean], "o", color=_color(c))
        span = max(abs(comparison.ranked[0].interval.mean - comparison.ranked[-1].interval.mean), 1e-12)
        groups.setdefault((c.cost.parameters, round(c.interval.mean / span * 12)), []).append(c.name)
    for c in known:
        for names in groups.values():
            if names and names[0] == c.name:
                label = names[0] if len(names) == 1 else f"{names[0]} +{len(names) - 1}"
                axes.annotate(
                    label, (c.cost.parameters, c.interval.mean), xytext=(5, 4), textcoords="offset points", fontsize=8
                )
    axes.set_xlabel("parameters")
    axes.set_ylabel(comparison.metric)
    axes.margins(x=0.25)
    return bool(known)


def _rates(comparison: "Comparison", axes: Any) -> bool:
    curves = []
    for c in comparison.ranked:
        by_rate: dict[float, list[float]] = {}
        for run in c.runs:
            if run.learning_rate is not None and not run.diverged:
                by_rate.setdefault(run.learning_rate, []).append(run.validation_score)
        if len(by_rate) > 1:
            rates = sorted(by_rate)
            curves.append((c, rates, [sum(by_rate[rate]) / len(by_rate[rate]) for rate in rates]))
    if not curves:
        return False
    heights = [mean for _, _, means in curves for mean in means]
    gap = (max(heights) - min(heights)) / 18 or 1.0
    labelled: list[float] = []
    for c, rates, means in curves:
        axes.plot(rates, means, "-o", ms=4, color=_color(c), alpha=0.8)
        if all(abs(means[-1] - other) > gap for other in labelled):  # names that would cover each other stay away
            labelled.append(means[-1])
            axes.annotate(c.name, (rates[-1], means[-1]), xytext=(5, -3), textcoords="offset points", fontsize=8)
    axes.set_xscale("log")
    axes.set_xlabel("learning rate")
    axes.set_ylabel(f"validation {comparison.metric}")
    axes.margins(x=0.3)
    return True


def _seeds(comparison: "Comparison", axes: Any) -> bool:
    seeds = sorted({seed for c in comparison.ranked for seed in c.scores})
    for seed in seeds:
        axes.plot([c.scores.get(seed, math.nan) for c in comparison.ranked], "-", color=GREY, alpha=0.45, lw=1)
    for column, c in enumerate(comparison.ranked):
        axes.plot([column] * len(c.scores), list(c.scores.values()), "o", color=_color(c), ms=4)
    axes.set_xticks(range(len(comparison.ranked)), [c.name for c in comparison.ranked], rotation=30, ha="right")
    axes.set_ylabel(comparison.metric)
    return len(seeds) > 1 and len(comparison.ranked) > 1
