"""qPCR: CPU from one export of 38,400 wells to relative expression with everything that is checked on the way."""

from collections.abc import Iterator

from bench.bench_readers import cpu_of
from mgassay import tables
from mgassay.assays.qpcr.qpcr import quantify_qpcr
from mgassay.experiment import Assays, Contrast, Experiment, QpcrSettings, RawFile, Settings
from mgassay.problems import Problems
from mgassay.readers.contents import content_from_bytes
from mgassay.readers.exports.quantstudio import read
from mgassay.readers.qpcr_wells import wells_of_run

TARGETS = [*(f"GENE{k}" for k in range(98)), "GAPDH", "RPLP0"]
CONDITIONS = ("control", "ca_mg08", "ca_mg20", "ca_mg20_2apb")
RAW = RawFile(file="raw/run.txt", assay="qpcr", plate="P")


def run_as_text() -> str:
    """A QuantStudio results table: 384 wells, triplicates of 128 samples, and a hundred targets in each."""
    wells = [f"{row}{column}" for row in "ABCDEFGHIJKLMNOP" for column in range(1, 25)]
    names = "Well\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tCT\tBaseline End"
    return "\n".join(["[Results]", names, *_rows(wells), ""])


def _rows(wells: list[str]) -> Iterator[str]:
    """Its rows; Cq of replicates lie up to 0.2 apart."""
    for k, well in enumerate(wells):
        for t, target in enumerate(TARGETS):
            cq = 18 + t % 15 + (k // 3 * 7 + t) % 11 / 10 + (k * 13 + t * 5) % 7 / 35
            yield f"{k + 1}\t{well}\tfalse\tS{k // 3}\t{target}\tUNKNOWN\t{cq:.3f}\t22"


def experiment() -> Experiment:
    """What the lab declares beside it."""
    qpcr = QpcrSettings(reference_genes=("GAPDH", "RPLP0"), cycles=40)
    settings = Settings(contrast=Contrast(mg_reference_mM=0.8, mg_raised_mM=2.0), assays=Assays(qpcr=qpcr))
    conditions = tables.CONDITIONS.frame({"condition": c, "mg_mM": 2.0} for c in CONDITIONS)
    samples = tables.SAMPLES.frame(
        {"sample": f"S{k}", "condition": CONDITIONS[k % 4], "donor": f"D{k // 4}", "rep": "1"} for k in range(128)
    )
    return Experiment("bench", settings, conditions, (RAW,), {}, samples)


def measure(repeats: int = 5) -> dict[str, float]:
    """CPU seconds after imports and a first run."""
    content, lab = run_as_text().encode(), experiment()

    def import_to_ddcq() -> None:
        """Everything from the bytes of the export on."""
        export = read(content_from_bytes(content, "run.txt"), RAW, Problems())
        wells, _ = wells_of_run(lab, RAW, export.readings, Problems())
        quantify_qpcr(lab, wells, tables.AMPLIFICATION.frame(), Problems())

    import_to_ddcq()
    return {"qpcr_38400_wells_to_ddcq_cpu_s": cpu_of(import_to_ddcq, repeats)}
