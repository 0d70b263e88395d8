"""Is it getting better? The share of late trees over the last control runs, as points and a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from inspections.models import ControlRun

#: Drawing area of the small chart, in units of its view box.
WIDTH, HEIGHT, MARGIN = 600.0, 90.0, 8.0


@dataclass(frozen=True, kw_only=True)
class TrendPoint:
    """One run: its day, late and all trees, and where it is drawn."""

    day: date
    late: int
    trees: int
    percent: float
    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class Trend:
    """What the page draws; ``points`` oldest first."""

    points: list[TrendPoint]
    polyline: str
    top_percent: float
    sentence: str


def trend(runs: Sequence[ControlRun]) -> Trend | None:
    """The trend of ``runs`` (oldest first); None with fewer than two."""
    if len(runs) <= 1:
        return None
    shares = [(run, *_late(run)) for run in runs]
    top = max(1.0, max(percent for _run, _late_trees, _trees, percent in shares) * 1.2)
    first, last = runs[0].day, runs[-1].day
    span = max((last - first).days, 1)
    points = [
        TrendPoint(
            day=run.day,
            late=late,
            trees=trees,
            percent=percent,
            x=round(MARGIN + (WIDTH - 2 * MARGIN) * (run.day - first).days / span, 1),
            y=round(HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * percent / top, 1),
        )
        for run, late, trees, percent in shares
    ]
    return Trend(
        points=points,
        polyline=" ".join(f"{point.x},{point.y}" for point in points),
        top_percent=round(top, 1),
        sentence=_sentence(points[0], points[-1]),
    )


def _late(run: ControlRun) -> tuple[int, int, float]:
    """Late trees, all trees in control, and the share in percent."""
    late = run.counts.get("overdue", 0) + run.counts.get("tolerance", 0)
    trees = sum(n for code, n in run.counts.items() if code not in {"trees", "none", "immediate"})
    return late, trees, round(100 * late / trees, 1) if trees else 0.0


def _sentence(first: TrendPoint, last: TrendPoint) -> str:
    """The trend in words, which a chart may not replace."""
    values = {
        "day": f"{first.day:%d.%m.%Y}",
        "then": number_format(first.percent, 1),
        "now": number_format(last.percent, 1),
    }
    if last.percent < first.percent:
        return _("Es wird besser: %(now)s %% überfällig, am %(day)s waren es %(then)s %%.") % values
    if last.percent > first.percent:
        return (
            _("Es wird schlechter: %(now)s %% überfällig, am %(day)s waren es %(then)s %%.")
            % values
        )
    return _("Unverändert seit %(day)s: %(now)s %% überfällig.") % values
