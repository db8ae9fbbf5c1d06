"""A sigmoid rise in time, fitted to many traces at once: where half of the rise lies, and how well that is known.

y = bottom + (rise + tilt · after) / (1 + exp(-(t - midpoint) / scale)): the four-parameter logistic in time (GraphPad
Prism's Boltzmann sigmoid), its upper plateau sloping (tilt, a fifth parameter) where that is asked for; `after` is the
time since the midpoint, or since a bend in the plateau. At midpoint + 3 · scale a trace has made 95.3 % of its rise.

Arrays are of shape (traces, reads). Reads that do not count are masked, never filled in.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mgassay.assays.courses.serial import serial_correlation, serial_sum
from mgassay.assays.curves.models import Array

Mask = npt.NDArray[np.bool_]

PARAMETERS = 4
_MIDPOINTS, _SCALES = 48, 8  # the grid on which the fit starts
_STEPS, _CONVERGED = 40, 1e-9
_SHARPEST = 0.25  # of the interval between reads: below that, reads cannot tell one scale from another
_HOPELESS, _NOTHING = 1e8, 1e-9


@dataclass(frozen=True, eq=False)
class Transitions:
    """Fitted sigmoids, one entry per trace; NaN where there were too few reads.

    `se` is the standard error of the midpoint with the serial correlation of the reads in it, `df` its degrees of
    freedom; `se` is NaN where no read lies in the transition, which is then known to lie between two reads and no
    better. `rise_se` is the standard error of the rise at that midpoint and scale. `inflation` is what the serial
    correlation multiplies the variance of a mean by.
    """

    bottom: Array
    rise: Array
    tilt: Array
    midpoint: Array
    scale: Array
    se: Array
    df: Array
    rise_se: Array
    residual_sd: Array
    rss: Array
    inflation: Array
    bend: Array

    def at(self, time: Array) -> Array:
        """The fitted signal at times of shape (traces, reads)."""
        height = self.rise[:, None] + self.tilt[:, None] * _after(time, self.midpoint, self.bend)
        return np.asarray(self.bottom[:, None] + height * _sigmoid(time, self.midpoint, self.scale))


def fit_transitions(time: Array, value: Array, usable: Mask, bend: Array) -> Transitions:
    """Least-squares sigmoids of all traces; times in any unit, each trace in ascending order.

    `bend` (one per trace): the time from which the upper plateau may slope, -inf for the midpoint, NaN for none.
    Bottom, rise and tilt are linear and are solved for exactly at every step (variable projection, Golub & Pereyra 1973
    with Kaufman's Jacobian 1975), midpoint and log scale by Levenberg-Marquardt from the best point of a grid. A trace
    that falls has a rise below 0, or of 0.
    """
    fitted = np.flatnonzero(usable.sum(axis=1) > PARAMETERS + ~np.isnan(bend))
    out = {name: np.full(len(time), np.nan) for name in Transitions.__dataclass_fields__}
    if len(fitted):
        mask = usable[fitted]
        weight, n = mask.astype(float), mask.sum(axis=1)
        # On a scale of their own, so that one tolerance fits all signals; a flat trace keeps its unit.
        centre = np.where(mask, value[fitted], 0.0).sum(axis=1) / n
        off = np.where(mask, value[fitted] - centre[:, None], 0.0)
        spread = np.sqrt((off**2).sum(axis=1) / n)
        unit = np.where(spread > 0.0, spread, 1.0)
        for name, found in _fitted(_Standard(time[fitted], off / unit[:, None], weight, bend[fitted])).items():
            signal = name in ("bottom", "rise", "tilt", "residual_sd", "rise_se")
            out[name][fitted] = found * (unit if signal else unit**2 if name == "rss" else 1.0)
        out["bottom"][fitted] += centre
        out["bend"][fitted] = bend[fitted]
    return Transitions(**out)


@dataclass(frozen=True, eq=False)
class _Standard:
    """Traces on a scale of their own: times, values, weights (0 or 1) of reads, and where the plateau may bend."""

    t: Array
    y: Array
    weight: Array
    bend: Array

    @property
    def n(self) -> Array:
        """Reads that count, one per trace."""
        return np.asarray(self.weight.sum(axis=1))

    def only(self, traces: npt.NDArray[np.intp]) -> "_Standard":
        """Some of the traces."""
        return _Standard(self.t[traces], self.y[traces], self.weight[traces], self.bend[traces])

    def centred(self, values: Array) -> Array:
        """Values less their mean over the reads that count, 0 where they do not; any leading axes."""
        mean = (values * self.weight).sum(axis=-1, keepdims=True) / self.n[:, None]
        return np.asarray(self.weight * (values - mean))


def _sigmoid(time: Array, midpoint: Array, scale: Array) -> Array:
    """1 / (1 + exp(-(t - midpoint) / scale)), one midpoint and scale per trace."""
    at = (time - midpoint[:, None]) / scale[:, None]
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * at)))


Bounds = tuple[Array, Array, Array, Array]  # lowest and highest midpoint, lowest and highest log scale


def _after(time: Array, midpoint: Array, bend: Array) -> Array:
    """The time since the bend, since the midpoint where that is the bend (-inf), 0 where there is none (NaN)."""
    since = np.where(bend == -np.inf, midpoint, np.where(np.isnan(bend), np.inf, bend))[:, None]
    bent = np.maximum(time - since, 0.0)
    return np.asarray(np.where(np.isneginf(bend)[:, None], time - midpoint[:, None], bent))


def _fitted(traces: _Standard) -> dict[str, Array]:
    """The fit of standardised traces; see `fit_transitions`."""
    first = np.where(traces.weight > 0.0, traces.t, np.inf).min(axis=1)
    last = np.where(traces.weight > 0.0, traces.t, -np.inf).max(axis=1)
    span = last - first
    sharpest = np.log(_SHARPEST * span / (traces.n - 1.0))
    bounds = (first - span, last + 2.0 * span, sharpest, np.log(4.0 * span))
    return _described(traces, *_descend(traces, *_start(traces, bounds), bounds))


def _start(traces: _Standard, bounds: Bounds) -> tuple[Array, Array]:
    """The best rising sigmoid of a grid of midpoints and scales, common to all traces (times of the median trace)."""
    common = np.median(traces.t, axis=0)
    span = common[-1] - common[0]
    middles = common[0] + span * np.linspace(-0.1, 1.3, _MIDPOINTS)
    scales = np.geomspace(0.5 * span / len(common), 0.5 * span, _SCALES)
    middle, scale = (a.ravel() for a in np.meshgrid(middles, scales))
    shape = _sigmoid(np.broadcast_to(common, (len(middle), len(common))), middle, scale)
    y, n = traces.centred(traces.y), traces.n[:, None]
    variance = np.maximum(traces.weight @ (shape**2).T - (traces.weight @ shape.T) ** 2 / n, _NOTHING)
    covariance = y @ shape.T
    best = np.where(covariance > 0.0, covariance**2 / variance, -1.0).argmax(axis=1)
    return np.clip(middle[best], *bounds[:2]), np.clip(np.log(scale[best]), *bounds[2:])


@dataclass(frozen=True, eq=False)
class _Linear:
    """What is linear in a fit, at given midpoints and scales.

    `rise_norm` is the length of the part of the sigmoid that neither bottom nor tilt can stand for; `jacobian` are the
    derivatives by midpoint and log scale freed of what is linear, shape (2, traces, reads).
    """

    bottom: Array
    rise: Array
    tilt: Array
    rise_norm: Array
    residual: Array
    jacobian: Array


def _linear(traces: _Standard, midpoint: Array, log_scale: Array) -> _Linear:
    """Bottom, rise and tilt that fit best at these midpoints and scales."""
    scale = np.exp(log_scale)
    shape, after = _sigmoid(traces.t, midpoint, scale), _after(traces.t, midpoint, traces.bend)
    ramp = shape * after
    tail, tail_norm = _unit(traces.centred(ramp))
    own, rise_norm = _unit(_freed(traces.centred(shape), tail))
    rise = (own * traces.y).sum(axis=1) / rise_norm
    left = traces.centred(traces.y - rise[:, None] * shape)
    tilt = (tail * left).sum(axis=1) / tail_norm
    residual = left - traces.centred(tilt[:, None] * ramp)
    fit = rise[:, None] * shape + tilt[:, None] * ramp
    bottom = (traces.weight * (traces.y - fit)).sum(axis=1) / traces.n
    slope = -(rise[:, None] + tilt[:, None] * after) * shape * (1.0 - shape) / scale[:, None]
    by_scale = slope * (traces.t - midpoint[:, None])
    jacobian = _freed(_freed(traces.centred(np.stack([slope, by_scale])), tail), own)
    return _Linear(bottom, rise, tilt, rise_norm, residual, jacobian)


def _unit(direction: Array) -> tuple[Array, Array]:
    """Directions of length 1, and the lengths they had; one of no length is 0 and is said to be infinitely long."""
    length = np.sqrt((direction**2).sum(axis=-1))
    there = length > _NOTHING
    safe = np.where(there, length, 1.0)
    return direction / safe[:, None] * there[:, None], np.where(there, safe, np.inf)


def _freed(values: Array, direction: Array) -> Array:
    """Values less their part along a direction of length 1 (or 0)."""
    return np.asarray(values - direction * (values * direction).sum(axis=-1, keepdims=True))


def _descend(traces: _Standard, midpoint: Array, log_scale: Array, bounds: Bounds) -> tuple[Array, Array]:
    """Levenberg-Marquardt on midpoint and log scale of all traces; those that converged are left in peace."""
    midpoint, log_scale = midpoint.copy(), log_scale.copy()
    damping, active = np.full(len(midpoint), 1e-3), np.arange(len(midpoint))
    for _ in range(_STEPS):
        if not len(active):
            break
        some, low_high = traces.only(active), [b[active] for b in bounds]
        here = _linear(some, midpoint[active], log_scale[active])
        step = _step(here, damping[active])
        to = np.clip(midpoint[active] + step[0], *low_high[:2])
        to_scale = np.clip(log_scale[active] + np.clip(step[1], -1.0, 1.0), *low_high[2:])
        before = (here.residual**2).sum(axis=1)
        after = (_linear(some, to, to_scale).residual ** 2).sum(axis=1)
        better = after < before
        midpoint[active[better]], log_scale[active[better]] = to[better], to_scale[better]
        damping[active] = np.where(better, damping[active] / 5.0, damping[active] * 8.0)
        settled = better & (before - after <= _CONVERGED * before)
        active = active[~(settled | (damping[active] > _HOPELESS))]
    return midpoint, log_scale


def _step(here: _Linear, damping: Array) -> Array:
    """The damped step of midpoint and log scale, shape (2, traces); 0 where the fit does not depend on them."""
    a, c = (here.jacobian**2).sum(axis=2) * (1.0 + damping)
    b = (here.jacobian[0] * here.jacobian[1]).sum(axis=1)
    g0, g1 = (here.jacobian * here.residual).sum(axis=2)
    determinant = a * c - b * b
    safe = np.where(determinant > 0.0, determinant, 1.0)
    step = np.stack([(c * g0 - b * g1) / safe, (a * g1 - b * g0) / safe])
    return np.asarray(np.where(determinant > 0.0, step, 0.0))


def _described(traces: _Standard, midpoint: Array, log_scale: Array) -> dict[str, Array]:
    """The parameters at the end of the fit with their errors."""
    end, parameters = _linear(traces, midpoint, log_scale), PARAMETERS + ~np.isnan(traces.bend)
    serial = serial_correlation(end.residual, traces.weight, parameters)
    df = np.maximum(traces.n / serial.inflation - parameters, 1.0)  # of as many independent reads as these are worth
    # Serially correlated errors follow the fit; what is left in the residuals is less by as much as it took with it.
    rss = (end.residual**2).sum(axis=1)
    variance = rss / (df * serial.inflation)
    influence, determined = _influence(end.jacobian)
    se = np.sqrt(variance * serial_sum(influence, serial))
    return {
        "bottom": end.bottom,
        "rise": end.rise,
        "tilt": end.tilt,
        "midpoint": midpoint,
        "scale": np.exp(log_scale),
        "se": np.where(determined, se, np.nan),
        "df": df,
        "rise_se": np.sqrt(variance * serial.inflation) / end.rise_norm,
        "residual_sd": np.sqrt(variance),
        "rss": rss,
        "inflation": serial.inflation,
    }


def _influence(jacobian: Array) -> tuple[Array, Mask]:
    """How far a unit error of each read moves the midpoint, (traces, reads); and whether the reads determine it."""
    (a, c), b = (jacobian**2).sum(axis=2), (jacobian[0] * jacobian[1]).sum(axis=1)
    determinant = a * c - b * b
    determined = determinant > _NOTHING * a * c
    safe = np.where(determined, determinant, 1.0)
    return (c[:, None] * jacobian[0] - b[:, None] * jacobian[1]) / safe[:, None], determined
