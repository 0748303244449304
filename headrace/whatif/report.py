"""The page of a replay: one HTML file that needs nothing beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from headrace.whatif import figures
from headrace.whatif.measures import MEASURES
from headrace.whatif.wording import caveats, headline, interval, number, percent, title_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.whatif.result import Measured, Side, WhatIf

TEMPLATE = "report.html.j2"
HEADLINE = ("net_saved", "caught_amount_share", "caught_share", "precision", "alerts_a_day", "analysts")
BY_SLICE = ("net_saved", "caught_share", "precision", "reviews")


def render(found: WhatIf) -> str:
    """The page; the same result and libraries give the same text."""
    loader = PackageLoader("headrace.whatif", package_path="")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template(TEMPLATE).render(
        found=found,
        confidence=percent(found.confidence),
        headline=headline(found),
        caveats=caveats(found),
        tiles=list(_tiles(found)),
        figures=_figures(found),
        measures=list(_measures(found)),
        slice_titles=[title_of(name, found) for name in BY_SLICE],
        slices=[(part, list(_differences(part.measured))) for part in found.slices],
        sides=[("candidate", _side(found.candidate)), ("baseline", _side(found.baseline))],
        costs=_costs(found),
        provenance=_provenance(found),
    )


def _tiles(found: WhatIf) -> Iterator[dict[str, str]]:
    for name in HEADLINE:
        kind, difference = MEASURES[name], found.measured.difference[name]
        yield {
            "title": title_of(name, found),
            "value": number(found.measured.candidate[name].value, kind),
            "difference": number(difference.value, kind, signed=True),
            "interval": interval(difference, kind, signed=True),
        }


def _figures(found: WhatIf) -> list[dict[str, str]]:
    share = percent(found.confidence)
    return [
        {
            "title": "What changes",
            "caption": f"With {share} intervals. Green: all of it is better; red: all of it is worse; "
            "blue: more or less, which may be either; grey: may be chance.",
            "svg": figures.changes(found),
        },
        {
            "title": "What other thresholds would have saved",
            "caption": "In hindsight: the best of many on the same events looks better than it will be.",
            "svg": figures.thresholds(found),
        },
        {"title": "Alerts by day", "caption": "UTC days.", "svg": figures.alerts_by_day(found)},
        {
            "title": "Where it changes",
            "caption": f"Parts of the events, {share} intervals of each by itself: one in twenty misses by chance.",
            "svg": figures.slices(found),
        },
    ]


def _measures(found: WhatIf) -> Iterator[list[str]]:
    """Title, then value and interval of candidate, baseline and difference."""
    for name, kind in MEASURES.items():
        cells = [title_of(name, found)]
        for side in ("candidate", "baseline", "difference"):
            estimate, signed = getattr(found.measured, side)[name], side == "difference"
            cells += [number(estimate.value, kind, signed=signed), interval(estimate, kind, signed=signed)]
        yield cells


def _differences(measured: Measured) -> Iterator[tuple[str, str]]:
    for name in BY_SLICE:
        difference = measured.difference[name]
        yield (
            number(difference.value, MEASURES[name], signed=True),
            interval(difference, MEASURES[name], signed=True),
        )


def _side(side: Side) -> list[tuple[str, str]]:
    rows = {
        "": "decided, as the predictions say" if side.kind == "decided" else "scored again",
        "versions": ", ".join(side.versions),
        "alerts from score": "" if side.threshold is None else f"{side.threshold:.9g}",
        "threshold": ""
        if side.threshold is None
        else ("its own" if side.own_threshold else "another than its own"),
        "made from events up to": f"{side.trained_to:%Y-%m-%d %H:%M}" if side.trained_to else "",
        "SHA-256 of the manifest": side.manifest_sha256,
    }
    return [(name, value) for name, value in rows.items() if value]


def _costs(found: WhatIf) -> list[tuple[str, Any]]:
    costs = found.costs
    return [
        ("reviewing an alert", f"{costs.review_cost:g} {costs.currency}"),
        ("a false alert, beyond its review", f"{costs.false_alert_cost:g} {costs.currency}"),
        (f"of the {costs.amount} of a positive with an alert", f"{percent(costs.recovered_share)} is saved"),
        ("an analyst reviews", f"{costs.reviews_a_day:g} alerts a day"),
    ]


def _provenance(found: WhatIf) -> list[tuple[str, str]]:
    events = found.replayed
    return [
        ("features", f"table {events.features}"),
        ("events, amounts, labels", f"SHA-256 {events.sha256}"),
        ("labels known as of", f"{events.as_of:%Y-%m-%d %H:%M}" if events.as_of else "all in the table"),
        ("newest label", f"{events.labels_until:%Y-%m-%d %H:%M}"),
        (
            "bootstrap",
            f"{found.resamples:,} draws of {events.entities:,} {events.entity}, seed {found.seed}, percentiles",
        ),
    ]
