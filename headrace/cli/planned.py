"""How ``headrace plan`` shows what it found."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from headrace.cli import console
from headrace.planning.profile import PARALLELISM
from headrace.planning.quantities import mebibytes, shown

if TYPE_CHECKING:
    from headrace.planning.choice import Budget, Option
    from headrace.planning.inference import Inference
    from headrace.planning.plan import Plan, Question
    from headrace.planning.verify import Verification

IN_THE_JVM = (
    "measured with Python inside the JVM, as headrace run has it; a shared cluster has workers beside it"
)


def print_inference(found: Inference) -> None:
    """What scoring costs, a row."""
    batches = [(f"{size:,} together", seconds / size) for size, seconds in found.batches.items()]
    rows = [(what, f"{seconds * 1e6:,.1f}") for what, seconds in [("a row by itself", found.row), *batches]]
    reasons = f"reasons, for the {found.alerting:.2%} that alert"
    rows += [(reasons, f"{found.reasons * 1e6:,.1f}")]
    console.print_table(f"scoring with {found.version} here", ["", "µs a row"], rows)


def print_options(found: Plan, budget: Budget) -> None:
    """All ways that were weighed."""
    columns = ["profile", "slots", "delivery", "busy", "p50", "p99", "within"]
    rows = [_row(option, budget) for option in found.options]
    title = f"{budget.rate:,.0f} events/s, p99 {shown(budget.p99)} and {budget.busiest:.0%} busy at most"
    console.print_table(title, columns, rows)


def print_recommendation(found: Plan, asked: Question) -> None:
    """What to use, as it is typed."""
    option, bundling = found.option, found.option.profile.bundling
    bundle = (
        "row by row"
        if bundling.by_row
        else f"{bundling.rows:,} rows or {shown(bundling.seconds)}; {option.prediction.bundle_rows:.1f} on average here"
    )
    expected = f"p50 {shown(option.prediction.p50)}, p99 {shown(option.prediction.p99)}"
    rows = [
        ("profile", option.profile.name),
        ("parallelism", str(option.wish.parallelism)),
        ("delivery", option.delivery),
        ("bundles", bundle),
        ("memory of a task manager", _memory(found)),
        ("busy", f"{option.prediction.utilisation:.0%}"),
        ("to be expected", expected),
    ]
    console.print_table("use", ["", ""], rows)
    console.out.print(command(option, asked), markup=False, soft_wrap=True)
    if option.profile.bundling.by_row:
        console.out.print(IN_THE_JVM)
    settings = " ".join(f"-D {name}={value}" for name, value in found.memory.options.items())
    console.out.print(f"task managers: {settings}", markup=False, soft_wrap=True)


def command(option: Option, asked: Question) -> str:
    """What starts the job as it was measured; with other slots than the profile's own it is for a cluster."""
    parts = [
        f"headrace {'run' if _has_own_slots(option) else 'submit'} {asked.course.job}",
        f"--environment {asked.course.environment} --profile {option.profile.name}",
        *([] if _has_own_slots(option) else [f"--parallelism {option.wish.parallelism}"]),
        f"--set KAFKA_DELIVERY={option.delivery} --model {asked.artifact.path}",
    ]
    return " ".join(parts)


def _has_own_slots(option: Option) -> bool:
    return str(option.wish.parallelism) == option.profile.options.get(PARALLELISM)


def print_verification(found: Verification) -> None:
    """Prediction beside measurement."""
    from headrace.planning.verify import FACTOR

    rows = [
        (
            name,
            _milliseconds(found.predicted.get(name)),
            _milliseconds(value),
            f"{found.ratios[name]:.2f}" if name in found.ratios else "–",
        )
        for name, value in found.milliseconds.items()
    ]
    title = f"verified at {found.rate:,.0f} events/s"
    console.print_table(title, ["", "predicted", "measured", "predicted ÷ measured"], rows)
    said = "within" if found.holds else "beyond"
    console.out.print(
        f"p99: {said} a factor of {FACTOR:.0f}; {found.unanswered:,} events had no prediction; "
        f"load before: {found.load:.1f}"
    )


def document(found: Plan, asked: Question, outcome: Verification | None) -> dict[str, Any]:
    """All of it, for scripts; times in seconds unless the name says otherwise."""
    return {
        "budget": asdict(asked.budget),
        "model": asdict(found.inference),
        "options": [_option(option, asked.budget) for option in found.options],
        "recommended": {
            **_option(found.option, asked.budget),
            "bundling": asdict(found.option.profile.bundling),
            "memory": asdict(found.memory),
            "flink_options": found.memory.options,
            "command": command(found.option, asked),
        },
        "verification": outcome and {**asdict(outcome), "ratios": outcome.ratios, "holds": outcome.holds},
    }


def _row(option: Option, budget: Budget) -> list[Any]:
    expected = option.prediction
    keeps = "yes" if option.keeps(budget) else "no"
    times = [shown(each) if math.isfinite(each) else "no end" for each in (expected.p50, expected.p99)]
    busy = f"{expected.utilisation:.0%}"
    return [option.profile.name, option.wish.parallelism, option.delivery, busy, *times, keeps]


def _option(option: Option, budget: Budget) -> dict[str, Any]:
    expected = {
        name: value if math.isfinite(value) else None for name, value in asdict(option.prediction).items()
    }
    return {
        "profile": option.profile.name,
        "parallelism": option.wish.parallelism,
        "delivery": option.delivery,
        **expected,
        "within": option.keeps(budget),
        "calibrated": option.calibration.measured,
    }


def _memory(found: Plan) -> str:
    memory = found.memory
    state = f", {mebibytes(memory.state)} state" if memory.state else ""
    java, managed = mebibytes(memory.java), mebibytes(memory.managed)
    return f"{mebibytes(memory.total)}: {java} Java, {managed} managed{state}"


def _milliseconds(value: float | None) -> str:
    return "–" if value is None else shown(value / 1e3)
