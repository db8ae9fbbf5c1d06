"""An independent solver: mass action and activities in numpy, balances by Newton, nothing of PHREEQC.

log gamma = -A z^2 sqrt(I) / (1 + B a sqrt(I)) + b I (Truesdell and Jones) where a set gives a and b, Davies elsewhere
(0.3 I), 0.1 I or b I for neutral species. A = 1.82483e6 sqrt(d) (e T)^-1.5 and B = 50.2916 sqrt(d) (e T)^-0.5 with
e = 74.2 and d = 0.9933 kg/L of water at 37 C: 0.5210 and 0.3304.
"""

import math

import numpy as np

from mgassay.chemistry.constants import charge_of, dissolved, ligands, parts_of, solids

A, B, KELVIN, GAS = 0.5210, 0.3304, 310.15, 8.314462618e-3
IONS = {"Ca": "Ca+2", "Mg": "Mg+2", "Na": "Na+", "K": "K+", "S(6)": "SO4-2", "P": "PO4-3", "C": "CO3-2", "Amm": "AmmH+"}


def log_k_at_37(one, delta_h):
    """By the expression of temperature where there is one, else by van't Hoff from 25 C."""
    if one.analytic:
        a = [*one.analytic, *[0.0] * (6 - len(one.analytic))]
        t = KELVIN
        return a[0] + a[1] * t + a[2] / t + a[3] * math.log10(t) + a[4] / t**2 + a[5] * t**2
    return one.log_k - (delta_h or 0.0) / (math.log(10) * GAS) * (1 / KELVIN - 1 / 298.15)


def formation(chosen):
    """Species -> (log K, its bare ions) from bare ions and H+, every pair written out."""
    ions = [*IONS.values(), "Cl-", "H+", *(p.ion for p in ligands())]
    made = {ion: (0.0, {ion: 1.0}) for ion in ions}
    for one in dissolved(chosen):
        left, right = map(parts_of, one.reaction.split(" = "))
        k, content = log_k_at_37(one, one.delta_h_kJ), {}
        for sign, side in ((1, left), (-1, {s: n for s, n in right.items() if s != one.formula})):
            for part, n in side.items():
                if part == "H2O":
                    continue
                log_k, own = made[part]
                k += sign * n * log_k
                for ion, m in own.items():
                    content[ion] = content.get(ion, 0.0) + sign * n * m
        made[one.formula] = (k, content)
    return made


def log_gamma(species, strength, chosen):
    given = {s.formula: s.gamma for s in dissolved(chosen)} | dict(chosen.gammas)
    z, gamma, root = charge_of(species), given.get(species), math.sqrt(strength)
    if z == 0:
        return (0.1 if gamma is None else gamma[1]) * strength
    if gamma is None:
        return -A * z * z * (root / (1 + root) - 0.3 * strength)
    return -A * z * z * root / (1 + B * gamma[0] * root) + gamma[1] * strength


def solved_by_newton(medium, chosen):
    """Amounts (mM) and saturation of a medium whose pH and total carbonate are given; chloride makes up the charge."""
    totals = {IONS.get(e, e): v * 1e-3 for e, v in medium.totals_mM if e != "Cl"} | {
        "CO3-2": medium.carbonate_mM * 1e-3
    }
    ions = {p.element: p.ion for p in ligands()}
    totals = {ions.get(e, e): v for e, v in totals.items()}
    basis = list(totals)
    species = {
        s: (k, c) for s, (k, c) in formation(chosen).items() if set(c) <= {*basis, "H+"} and s not in ("H+", "Cl-")
    }
    names = list(species)
    stoich = np.array([[species[s][1].get(ion, 0.0) for ion in basis] for s in names])
    fixed = np.array([species[s][0] - species[s][1].get("H+", 0.0) * medium.pH for s in names])
    goal, strength, logs = np.array([totals[i] for i in basis]), 0.15, np.log10([totals[i] * 0.3 for i in basis])
    for _ in range(200):
        gammas = np.array([log_gamma(s, strength, chosen) for s in names])
        for _ in range(200):
            amounts = 10.0 ** (fixed + stoich @ logs - gammas)
            miss = stoich.T @ amounts - goal
            if np.abs(miss / goal).max() < 1e-12:
                break
            jacobian = stoich.T @ (stoich * amounts[:, None]) * math.log(10)
            logs += np.clip(np.linalg.solve(jacobian, -miss), -0.5, 0.5)
        charges = np.array([charge_of(s) for s in names])
        chloride = amounts @ charges + 10.0 ** (-medium.pH) / 0.8
        found = 0.5 * (amounts @ charges**2 + abs(chloride))
        if abs(found - strength) < 1e-12:
            break
        strength = found
    activity = dict(zip(basis, logs, strict=True)) | {"H+": -medium.pH}
    activity |= {s: fixed[i] + stoich[i] @ logs for i, s in enumerate(names)}
    activity["H2O"] = math.log10(1 - 0.017 * (amounts.sum() + abs(chloride)))  # Garrels and Christ 1965
    return dict(zip(names, amounts * 1e3, strict=True)), {k: saturation(s, activity) for k, s in solids().items()}


def saturation(solid, activity):
    """log10 of the ion product over the solubility product; NaN where a part is absent."""
    parts = parts_of(solid.reaction.split(" = ")[1])
    if not set(parts) <= set(activity):
        return math.nan
    return sum(n * activity[p] for p, n in parts.items()) - log_k_at_37(solid, None)
