"""A standard curve: the fit, its covariance, and the signals that it expects."""

from dataclasses import dataclass, replace

import numpy as np

from mgassay.assays.curves.models import Array, Model, model_named
from mgassay.assays.curves.scatter import Scatter, scatter_of_residuals
from mgassay.assays.curves.weighting import level_means, reading_weights, weighting_pivot
from mgassay.errors import CalibrationError
from mgassay.problems import count


@dataclass(frozen=True, eq=False)
class StandardCurve:
    """A fitted curve. Concentrations are in the unit of the standards, signals as read.

    `scatter` is how readings scatter where the standards were asked (`with_scatter`), else their weights say it.
    `concentration`, `signal` and `weights` are those of the standard wells that it was fitted to, `covariance` that of
    the coefficients; `pivot` the concentration (the signal for 1/y) up to which a reading's weight is that of the blank
    end, `blank_weight`; `range_low` is the lowest non-zero standard, `range_high` the top standard, the highest
    one that reads back where they are assessed, or the apex of a quadratic that bends over before it.
    """

    model: Model
    weighting: str
    coefficients: Array
    covariance: Array
    residual_sd: float
    df: int
    rss: float
    pivot: float
    blank_weight: float
    range_low: float
    range_high: float
    concentration: Array
    signal: Array
    weights: Array
    scatter: Scatter | None = None

    @property
    def n(self) -> int:
        """How many wells the curve was fitted to."""
        return self.concentration.size

    @property
    def apex(self) -> float:
        """The concentration beyond which the signal no longer rises; inf when there is none."""
        return self.model.summit(self.coefficients)

    @property
    def blank_sd(self) -> float:
        """SD of one reading at the blank end."""
        if self.scatter is not None:
            return float(np.sqrt(self.scatter.variance(np.zeros(1))[0]))
        return self.residual_sd / float(np.sqrt(self.blank_weight))

    @property
    def blank_df(self) -> float:
        """Degrees of freedom of that SD."""
        return float(self.df) if self.scatter is None else float(self.scatter.dfs(np.zeros(1))[0])


def t_quantile(df: float, probability: float) -> float:
    """Quantile of Student's t."""
    return float(t_quantiles(np.array([df]), probability)[0])


def t_quantiles(df: Array, probability: float) -> Array:
    """Quantiles of Student's t, one per df."""
    from scipy.special import stdtrit  # 0.4 s, and not every verb fits a curve

    quantiles: Array = stdtrit(df, probability)
    return quantiles


def fit_curve(
    concentration: Array, signal: Array, model: str = "linear", weighting: str = "none", *, weights: Array | None = None
) -> StandardCurve:
    """Fits a curve to standards, one entry per well, by weighted least squares.

    Weights given as an array (variance of a reading = residual_sd² / weight) replace the named weighting; samples then
    need their own in `invert`. Raises CalibrationError: MG301 (model not known), MG303 (too few standards), MG304 (the
    signal does not rise from the blank), MG323 (1/y without positive signals), MG329 (a logistic without its ends).
    """
    x, y, shape = np.asarray(concentration, float), np.asarray(signal, float), model_named(model)
    _check_enough(x, shape)
    pivot = weighting_pivot(weighting, x, y)
    w = reading_weights(weighting, x, level_means(x, y), pivot) if weights is None else np.asarray(weights, float)
    p = shape.fit(x, y, w)
    if not shape.rises(p):
        raise CalibrationError("MG304", seen=f"{shape.slope(p, np.zeros(1))[0]:.4g}", model=model)
    df, rss = x.size - p.size, float(np.sum(w * (y - shape.predict(p, x)) ** 2))
    return StandardCurve(
        model=shape,
        weighting=weighting if weights is None else "given",
        coefficients=p,
        covariance=_unit_covariance(shape, p, x, w) * (rss / df),
        residual_sd=float(np.sqrt(rss / df)),
        df=df,
        rss=rss,
        pivot=pivot,
        blank_weight=float(w[np.argmin(x)]),
        range_low=float(x[x > 0].min()),
        range_high=min(float(x.max()), shape.summit(p)),
        concentration=x,
        signal=y,
        weights=w,
    )


def _check_enough(x: Array, shape: Model) -> None:
    """Raises CalibrationError (MG303) unless there are as many levels as parameters and one well more."""
    levels, needed = np.unique(x).size, len(shape.parameters)
    if levels < needed or x.size <= needed or not (x > 0).any():
        raise CalibrationError(
            "MG303",
            seen=f"{count(x.size, 'well')} at {count(levels, 'level')}",
            model=shape.name,
            levels=str(needed),
            n=str(needed + 1),
        )


def _unit_covariance(shape: Model, p: Array, x: Array, w: Array) -> Array:
    """Covariance of the parameters for readings of variance 1/w, by QR on columns scaled to length 1.

    Raises CalibrationError (MG329) where the standards leave a combination of parameters open.
    """
    weighted = shape.gradient(p, x) * np.sqrt(w)[:, None]
    length = np.sqrt((weighted**2).sum(axis=0))
    try:
        inverse_r = np.linalg.inv(np.linalg.qr(weighted / length, mode="r")) / length[:, None]
    except np.linalg.LinAlgError:
        seen = f"{np.unique(x).size} levels up to {x.max():g}"
        raise CalibrationError("MG329", seen=seen, model=shape.name) from None
    covariance: Array = inverse_r @ inverse_r.T
    return covariance


def predict(curve: StandardCurve, concentration: Array) -> Array:
    """Signals that the curve expects at these concentrations; below 0 as the model goes on there."""
    return curve.model.predict(curve.coefficients, np.asarray(concentration, float))


def curve_variance(curve: StandardCurve, concentration: Array) -> Array:
    """Variance of the curve's own signal at these concentrations, by its covariance."""
    gradient = curve.model.gradient(curve.coefficients, concentration)
    variance: Array = np.einsum("ij,jk,ik->i", gradient, curve.covariance, gradient)
    return np.maximum(variance, 0.0)  # rounding can leave -1e-20 where it is 0


def reading_variance(curve: StandardCurve, concentration: Array, signal: Array) -> tuple[Array, Array]:
    """Variance of one reading at these concentrations and signals, and its degrees of freedom."""
    if curve.scatter is None:
        w = reading_weights(curve.weighting, concentration, signal, curve.pivot)
        return curve.residual_sd**2 / w, np.full(w.shape, float(curve.df))
    net = signal - predict(curve, np.zeros(1))
    return curve.scatter.variance(net), curve.scatter.dfs(net)


def with_scatter(curve: StandardCurve) -> StandardCurve:
    """The same curve with the scatter of readings estimated from its standards, where they are enough.

    Its covariance is then that of a fit whose weights are not quite the inverse variances (sandwich; White 1980).
    """
    x, w = curve.concentration, curve.weights
    scatter = scatter_of_residuals(curve.model, curve.coefficients, x, curve.signal, w)
    if scatter is None:
        return curve
    net = predict(curve, x) - predict(curve, np.zeros(1))
    gradient = curve.model.gradient(curve.coefficients, x)
    unit = curve.covariance / curve.residual_sd**2
    filling = (gradient * (w**2 * scatter.variance(net))[:, None]).T @ gradient
    return replace(curve, scatter=scatter, covariance=unit @ filling @ unit)
