"""Controls without template and without reverse transcriptase, as a percentage of the samples."""

import math

import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate
from mgassay.assays.qpcr.template_controls import check_template_controls, implied_percent
from mgassay.experiment import QpcrSettings
from mgassay.problems import Problems

NAN = math.nan


def well(role, cq, gene="RUNX2", plate="P1", status="", efficiency=2.0, donor="D1"):
    status = status or ("value" if math.isfinite(cq) else "undetermined")
    named = {"plate": plate, "gene": gene, "role": role, "status": status, "condition": "ca" * bool(donor)}
    return {**named, "donor": donor, "cq": cq, "cycles": 40, "efficiency": efficiency}


def checked(*rows, limit=1.0, nrt_limit=1.0):
    problems = Problems()
    settings = QpcrSettings(ntc_max_percent=limit, nrt_max_percent=nrt_limit)
    plates = {p: QpcrPlate(f"{p}.txt", settings) for p in ("P1", "P2")}
    check_template_controls(pd.DataFrame(rows), plates, problems)
    return list(problems)


def test_a_calibrator_is_no_sample():
    # 100·2^(24 − 30) = 1.5625 % of the culture well's; a calibrator at Cq 16 would make the mean 20 and that .0977 %
    (said,) = checked(well("sample", 24.0), well("sample", 16.0, donor=""), well("ntc", 30.0))
    assert (said.code, "1.6 % of" in said.message) == ("MG511", True)
    assert checked(well("sample", 16.0, donor=""), well("ntc", 30.0)) == []


def test_a_control_ten_cycles_late_stands_for_a_thousandth():
    # 100 · 2^(25 − 35) = 100/1024; 100 · 1.5^(25 − 27) = 100/2.25
    assert implied_percent(35.0, 25.0, 2.0) == pytest.approx(100 / 1024, rel=1e-15)
    assert implied_percent(27.0, 25.0, 1.5) == pytest.approx(100 / 2.25, rel=1e-15)
    assert implied_percent(25.0, 25.0, 1.9) == 100.0


@pytest.mark.parametrize(("limit", "code", "severity"), [(6.25, "MG510", "notice"), (6.24, "MG511", "warning")])
def test_a_control_at_the_limit_passes_above_it_warns(limit, code, severity):
    # samples 23 and 25, mean 24; 100 · 2^(24 − 28) = 6.25 %
    (said,) = checked(well("sample", 23.0), well("sample", 25.0), well("ntc", 28.0), limit=limit)
    assert (said.code, said.severity, said.file, said.seen) == (code, severity, "P1.txt", "28.00")
    assert "6.2 % of the samples' mean" in said.message


@pytest.mark.parametrize(
    ("cq", "percent"), [(21.0, "1600"), (25.0, "100"), (45.0, "0.000095")]
)  # 2^4 = 16-fold; alike; 2^-20 = 9.54e-7
def test_percentages_are_written_out(cq, percent):
    (said,) = checked(well("sample", 25.0), well("ntc", cq))
    assert f"stands for {percent} %" in said.message


def test_the_earliest_control_counts_and_only_on_its_own_plate_and_gene():
    samples = [well("sample", 20.0), well("sample", 20.0, "GAPDH"), well("sample", 20.0, plate="P2")]
    clean = [well("ntc", NAN, "GAPDH"), well("ntc", NAN, plate="P2")]
    found = checked(*samples, *clean, well("ntc", NAN), well("ntc", 39.0), well("ntc", 30.0))
    assert [(p.code, p.file, p.seen) for p in found] == [
        ("MG510", "P1.txt", "30.00"),
        ("MG513", "P1.txt", "GAPDH"),
        ("MG513", "P2.txt", "RUNX2"),
    ]
    assert "RUNX2 on plate P1: the no-template control" in found[0].message


@pytest.mark.parametrize("status", ["omitted", "none"])
def test_a_control_without_a_result_is_no_control(status):
    (said,) = checked(well("sample", 25.0), well("ntc", NAN, status=status))
    assert (said.code, said.severity, said.seen) == ("MG512", "warning", "RUNX2")


def test_a_missing_nrt_is_not_asked_for_but_a_present_one_is_read():
    ntc = well("ntc", NAN)
    assert [p.code for p in checked(well("sample", 25.0), ntc)] == ["MG513"]
    found = checked(well("sample", 25.0), ntc, well("nrt", 27.0))  # 100/2² = 25 %
    assert [p.code for p in found] == ["MG513", "MG511"]
    assert "the control without reverse transcriptase crosses the threshold at Cq 27.00" in found[1].message


def test_samples_without_a_cq_or_left_out_are_nothing_to_compare_with():
    spoilt = [well("sample", NAN), well("excluded", 25.0), well("sample", 25.0, status="omitted")]
    assert checked(*spoilt, well("ntc", 30.0)) == []
    # nor do they shift the mean of the others: 100 · 2^(25 − 30) = 3.125 %
    (said,) = checked(well("sample", 25.0), well("sample", 12.0, status="omitted"), well("ntc", 30.0))
    assert "3.1 %" in said.message


def test_wells_without_a_target_or_an_efficiency_say_nothing():
    assert checked(well("sample", 25.0, ""), well("ntc", 30.0, "")) == []
    assert checked(well("sample", 25.0, efficiency=NAN), well("ntc", 30.0, efficiency=NAN)) == []


def test_each_kind_of_control_has_its_own_limit_and_names_it():
    # 100 · 2^(25 − 30) = 3.125 %
    rows = [well("sample", 25.0), well("ntc", 30.0), well("nrt", 30.0)]
    found = checked(*rows, limit=5.0, nrt_limit=2.0)
    assert [p.code for p in found] == ["MG510", "MG511"]
    assert "(ntc_max_percent)" in found[0].remedy
    assert "raise nrt_max_percent" in found[1].remedy


def quality(*rows):
    plates = {p: QpcrPlate(f"{p}.txt", QpcrSettings()) for p in ("P1", "P2")}
    return tables.QPCR_QUALITY.frame(check_template_controls(pd.DataFrame(rows), plates, Problems()))


def test_percentages_stand_as_rows_for_the_mean_and_for_the_latest_sample():
    # earliest NTC 30: 100 · 2^(24 − 30) = 1.5625 of the mean, 100 · 2^(26 − 30) = 6.25 of the latest
    found = quality(well("sample", 22.0), well("sample", 26.0), well("ntc", 31.0), well("ntc", 30.0))
    assert found["measure"].tolist() == ["ntc_percent"] * 2
    assert found["subject"].tolist() == ["mean of samples", "latest sample"]
    assert found["estimate"].tolist() == [1.5625, 6.25]
    assert set(found["unit"]) == {"percent"}
    assert found["n"].tolist() == [2, 2]


def test_a_clean_control_has_an_upper_bound_and_no_estimate():
    # at the last cycle: 100 · 2^(30 − 40) = 100/1024
    found = quality(well("sample", 30.0), well("nrt", NAN))
    assert found["estimate"].isna().all()
    assert found["ci_high"].tolist() == [100 / 1024] * 2
    assert found["flag"].tolist() == ["undetermined"] * 2


def test_no_percentage_without_an_efficiency():
    assert len(quality(well("sample", 25.0, efficiency=NAN), well("ntc", 30.0, efficiency=NAN))) == 0
