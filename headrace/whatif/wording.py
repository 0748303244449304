"""Numbers, intervals and caveats of a replay, as people read them on a terminal and on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.whatif.measures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.whatif.measures import Measure
    from headrace.whatif.result import Estimate, WhatIf

NOTHING = "–"
FEW = 30
"""Of fewer entities or positives intervals are too narrow (Efron & Tibshirani, 1993, ch. 13 on small samples)."""


def title_of(name: str, found: WhatIf) -> str:
    """A measure's name."""
    return MEASURES[name].title.format(currency=found.costs.currency)


def number(value: float | None, kind: Measure, *, signed: bool = False) -> str:
    """A value as its measure is shown, with a sign where it is a difference, which of shares is in percentage points.

    >>> number(-0.1234, MEASURES["precision"], signed=True), number(1234.5, MEASURES["net_saved"])
    ('−12.3 pp', '1,234')
    """
    if value is None:
        return NOTHING
    shown = f"{value * 100 if kind.share else value:{'+' if signed else ''},.{kind.digits}f}"
    shown = shown.lstrip("+-") if not any(digit in shown for digit in "123456789") else shown
    return shown.replace("-", "−") + _unit(kind, signed=signed)


def percent(share: float) -> str:
    """A share that was given.

    >>> percent(0.95)
    '95 %'
    """
    return f"{100 * share:g} %"


def interval(found: Estimate, kind: Measure, *, signed: bool = False) -> str:
    """The bounds of an estimate.

    >>> from headrace.whatif.result import Estimate
    >>> interval(Estimate(value=2, lower=-1, upper=5), MEASURES["caught"], signed=True)
    '−1 … +5'
    """
    if found.lower is None:
        return NOTHING
    low = number(found.lower, kind, signed=signed).removesuffix(_unit(kind, signed=signed))
    return f"{low} … {number(found.upper, kind, signed=signed)}"


def _unit(kind: Measure, *, signed: bool) -> str:
    return (" pp" if signed else " %") if kind.share else ""


def headline(found: WhatIf) -> str:
    """What was asked, in a sentence."""
    events = found.replayed
    return (
        f"{found.candidate.name} instead of {_what(found)}: {events.events:,} events of {events.days} days, "
        f"{events.begin:%Y-%m-%d %H:%M} – {events.end:%Y-%m-%d %H:%M} UTC, {events.positives:,} positives"
    )


def measures(found: WhatIf) -> list[list[str]]:
    """A row a measure: its name, the candidate with its interval, the baseline, the difference with its interval."""
    rows = []
    for name, kind in MEASURES.items():
        candidate, baseline, difference = (
            getattr(found.measured, side)[name] for side in ("candidate", "baseline", "difference")
        )
        here = [number(candidate.value, kind), interval(candidate, kind), number(baseline.value, kind)]
        apart = [number(difference.value, kind, signed=True), interval(difference, kind, signed=True)]
        rows.append([title_of(name, found), *here, *apart])
    return rows


def parts(found: WhatIf) -> list[list[str]]:
    """A row a part: which, its events and positives, the difference of net savings with its interval, of reviews."""
    saved, reviews = MEASURES["net_saved"], MEASURES["reviews"]
    rows = []
    for part in found.slices:
        difference = part.measured.difference
        counts = [f"{part.events:,}", f"{part.positives:,}"]
        money = difference["net_saved"]
        apart = [number(money.value, saved, signed=True), interval(money, saved, signed=True)]
        more = number(difference["reviews"].value, reviews, signed=True)
        rows.append([f"{part.column} {part.value}", *counts, *apart, more])
    return rows


def costs(found: WhatIf) -> str:
    """What was assumed, in a sentence."""
    given = found.costs
    beyond = f", {given.false_alert_cost:g} more in vain," if given.false_alert_cost else ""
    return (
        f"an alert costs {given.review_cost:g} {given.currency}{beyond} and saves {percent(given.recovered_share)} "
        f"of the {given.amount} of a positive; an analyst reviews {given.reviews_a_day:g} a day"
    )


def caveats(found: WhatIf) -> list[str]:
    """What a reader must know before he believes the numbers."""
    return list(_caveats(found))


def _what(found: WhatIf) -> str:
    side = found.baseline
    return (
        f"what was {side.name}"
        if side.kind == "decided"
        else f"{'the champion ' if side.champion else ''}{side.name}"
    )


def _caveats(found: WhatIf) -> Iterator[str]:
    events = found.replayed
    if events.unlabelled:
        yield (
            f"The labels of {events.unlabelled:,} events are not known yet: these count as load, and for nothing else."
        )
    if events.undecided:
        yield f"{events.undecided:,} events of the period are left out: there is no prediction of them."
    for version, count in events.unscored.items():
        yield f"{version} could not score {count:,} events; they are no alerts of it."
    for side in (found.candidate, found.baseline):
        if side.trained_to and side.trained_to >= events.first:
            yield (
                f"{side.versions[0]} was made from events up to {side.trained_to:%Y-%m-%d %H:%M}, which are among "
                "these: it looks better than it is."
            )
    if min(events.entities, events.positives) < FEW:
        yield (
            f"There are {events.entities:,} different {events.entity} and {events.positives:,} positives: "
            f"of fewer than {FEW} the intervals are too narrow."
        )
