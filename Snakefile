# mgassay: from a folder of raw exports to the share of Mg2+'s protection outside and inside the cell.
#
#   .venv/bin/snakemake                                            the experiments named in config/config.yaml
#   .venv/bin/snakemake --config experiments=FOLDER results=FOLDER  a lab's own plates
#   .venv/bin/snakemake results/<id>/report.html                    one experiment


configfile: "config/config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/experiment.smk"
include: "workflow/rules/overview.smk"


rule all:
    default_target: True
    input:
        f"{RESULTS}/index.html",
        f"{RESULTS}/.accepted",


onsuccess:
    # A single report was asked for, so that `all`, which ends with the gate, did not run.
    if asked := [
        e
        for e in EXPERIMENTS
        if any(f"{e}/" in str(t) for t in workflow.dag_settings.targets)
    ]:
        if subprocess.run(
            [*shlex.split(MGASSAY), "gate", RESULTS, *asked]
        ).returncode:
            sys.exit(1)
