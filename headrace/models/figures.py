"""The figures of a model report, as SVG that needs no file beside it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, precision_recall_curve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

POSITIVE, NEGATIVE, MARK, MUTED = "#c2410c", "#94a3b8", "#1d4ed8", "#64748b"
BINS = [i / 50 for i in range(51)]
CALIBRATION_BINS = 10
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "headrace",
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#cbd5e1",
    "axes.labelcolor": "#334155",
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#eef2f7",
    "xtick.color": "#475569",
    "ytick.color": "#475569",
    "legend.frameon": False,
}


def precision_recall(labels: NDArray[np.int64], scores: NDArray[np.float64], threshold: float) -> str:
    """Precision against recall over all thresholds, with the chosen one marked."""

    def draw(axes: Axes) -> None:
        precision, recall, _ = precision_recall_curve(labels, scores)
        axes.step(recall, precision, where="post", color=MARK, linewidth=1.8)
        axes.axhline(labels.mean(), color=MUTED, linewidth=1, linestyle=":", label="alerting at random")
        alerts = scores >= threshold
        if alerts.any():
            x, y = (alerts & (labels == 1)).sum() / labels.sum(), labels[alerts].mean()
            axes.plot([x], [y], "o", color=POSITIVE, markersize=8, label=f"threshold {threshold:.4g}")
        axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1.01), ylim=(0, 1.03))
        axes.legend(loc="upper right")

    return svg(draw)


def score_distribution(labels: NDArray[np.int64], scores: NDArray[np.float64], threshold: float) -> str:
    """How many events of either class got which score, on a logarithmic scale."""

    def draw(axes: Axes) -> None:
        axes.hist(scores[labels == 0], BINS, color=NEGATIVE, alpha=0.75, label="label 0")
        axes.hist(scores[labels == 1], BINS, color=POSITIVE, alpha=0.75, label="label 1")
        axes.axvline(threshold, color=MARK, linewidth=1.6, label=f"threshold {threshold:.4g}")
        axes.set(xlabel="score", ylabel="events", xlim=(0, 1), yscale="log")
        axes.legend(loc="upper right")

    return svg(draw)


def calibration(labels: NDArray[np.int64], scores: NDArray[np.float64]) -> str:
    """Share of positives among events of about the same score; the larger the dot, the more events."""

    def draw(axes: Axes) -> None:
        within = np.clip(scores, 0, 1)  # a sum in single precision may come out a little above one
        share, mean = calibration_curve(labels, within, n_bins=CALIBRATION_BINS)
        counts = np.histogram(within, CALIBRATION_BINS, (0, 1))[0]
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=":", label="perfectly calibrated")
        axes.plot(mean, share, color=MARK, linewidth=1.2, label="tenths of the scale")
        axes.scatter(mean, share, 12 + 14 * np.log10(counts[counts > 0]), color=MARK, zorder=3)
        axes.set(xlabel="mean score", ylabel="share of positives", xlim=(0, 1.02), ylim=(0, 1.04))
        axes.legend(loc="upper left")

    return svg(draw)


def importance(names: Sequence[str], drops: NDArray[np.float64]) -> str:
    """What the average precision loses when one feature is shuffled: mean and range over the repetitions.

    Args:
        names: the features.
        drops: one row a feature, one column a repetition.
    """
    order = np.argsort(drops.mean(axis=1))

    def draw(axes: Axes) -> None:
        means = drops.mean(axis=1)[order]
        spread = np.abs(np.stack([drops.min(axis=1)[order], drops.max(axis=1)[order]]) - means)
        axes.barh([names[i] for i in order], means, color=MARK, height=0.62)
        axes.errorbar(means, range(len(names)), xerr=spread, fmt="none", ecolor=MUTED, elinewidth=1)
        axes.set(xlabel="loss of average precision when shuffled")
        axes.grid(visible=False, axis="y")

    return svg(draw, height=0.9 + 0.26 * len(names))


def alerts_by_day(
    days: NDArray[np.int64], labels: NDArray[np.int64], scores: NDArray[np.float64], threshold: float
) -> str:
    """Alerts that were right and alerts that were not, and positives without an alert, day by day."""
    alerts, positive = scores >= threshold, labels == 1
    each = np.unique(days)

    def count(which: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.array([(which & (days == day)).sum() for day in each])

    def draw(axes: Axes) -> None:
        dates = [str(np.datetime64(int(day), "D"))[5:] for day in each]
        right = count(alerts & positive)
        axes.bar(dates, right, color=POSITIVE, width=0.7, label="right")
        axes.bar(dates, count(alerts & ~positive), bottom=right, color=NEGATIVE, width=0.7, label="in vain")
        axes.plot(
            dates, count(~alerts & positive), "v", color=MARK, markersize=6, label="missed, not alerted"
        )
        axes.set(ylabel="alerts")
        axes.grid(visible=False, axis="x")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=3)
        axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(8, integer=True))

    return svg(draw)


def shuffled_losses(
    score: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    matrix: NDArray[np.float64],
    labels: NDArray[np.int64],
    repetitions: int = 3,
) -> NDArray[np.float64]:
    """Permutation importance (Breiman, 2001): loss of average precision when one column is shuffled.

    Args:
        score: the model, on a matrix.
        matrix: n rows, one column a feature.
        labels: n labels.
        repetitions: how often each column is shuffled; seeded.

    Returns:
        One row a feature, one column a repetition. Features that say the same share their importance.
    """
    dice = np.random.default_rng(0)
    whole = average_precision_score(labels, score(matrix))
    losses = np.empty((matrix.shape[1], repetitions))
    for (feature, repetition), _ in np.ndenumerate(losses):
        shuffled = matrix.copy()
        shuffled[:, feature] = dice.permutation(shuffled[:, feature])
        losses[feature, repetition] = whole - average_precision_score(labels, score(shuffled))
    return losses


def svg(draw: Callable[[Axes], None], height: float = 3.4) -> str:
    """A figure as an ``<svg>`` element, the same text for the same input."""
    content = io.StringIO()
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]  # the stubs list every key
        figure = Figure(figsize=(5.2, height), layout="constrained")
        draw(figure.subplots())
        figure.savefig(content, format="svg", transparent=True, metadata={"Date": None})
    text = content.getvalue()
    return text[text.index("<svg") :]
