# mgassay: from a folder of raw exports to the share of Mg2+'s protection outside and inside the cell.
#
#   .venv/bin/snakemake                                            the experiments named in config/config.yaml
#   .venv/bin/snakemake --config experiments=FOLDER results=FOLDER  a lab's own plates
#   .venv/bin/snakemake results/<id>/report.html                    one experiment
#   .venv/bin/mgassay run FOLDER                                    the same with less to read
import atexit


configfile: "config/config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/experiment.smk"
include: "workflow/rules/overview.smk"


rule all:
    default_target: True
    input:
        f"{RESULTS}/index.html",
        f"{RESULTS}/.accepted",
        expand(f"{RESULTS}/{{experiment}}/export/README.txt", experiment=EXPERIMENTS),


def asked():
    """The experiments whose own files were asked for, so that `all`, which ends with the gate, did not run."""
    targets = [str(t) for t in workflow.dag_settings.targets]
    return [e for e in EXPERIMENTS if any(f"/{e}/" in f"/{t}" for t in targets)]


def say_where():
    """Says where to look, as the very last line, behind what Snakemake says of itself when it ends."""
    shown = asked() or EXPERIMENTS
    page = f"{shown[0]}/report.html" if len(shown) == 1 else "index.html"
    if os.path.exists(f"{RESULTS}/{page}"):
        atexit.register(print, f"{RESULTS}/{page}", flush=True)


onsuccess:
    say_where()
    if names := asked():
        if subprocess.run(
            [*shlex.split(MGASSAY), "gate", RESULTS, *names]
        ).returncode:
            sys.exit(1)


onerror:
    say_where()
