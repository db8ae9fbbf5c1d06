# All experiments at a glance, and the gate that ends a run non-zero when a lab has something to mend.

# On the command line (--config own_donors=true) it comes as text.
OWN_DONORS = "--own-donors " if str(config.get("own_donors")).lower() == "true" else ""

IDS = f"{RESULTS}/logs/experiments.txt"


# A command line ends at 128 kB, some 5,000 ids. A builtin of the shell takes as many as there are, and Snakemake hands
# long commands over as a script.
rule ids:
    output:
        IDS,
    localrule: True
    shell:
        "printf '%s\\n' {EXPERIMENTS:q} >{output:q}"


rule overview:
    input:
        expand(f"{RESULTS}/{{experiment}}/report.html", experiment=EXPERIMENTS),
        ids=IDS,
    output:
        f"{RESULTS}/index.html",
        f"{RESULTS}/summary.csv",
        f"{RESULTS}/summary_shares.csv",
        f"{RESULTS}/summary_pooled.csv",
        f"{RESULTS}/summary_plates.csv",
    log:
        f"{RESULTS}/logs/overview.log",
    shell:
        verb(
            "overview",
            f"{OWN_DONORS}{{RESULTS:q}} --ids {{input.ids:q}} >{{log:q}} 2>&1",
        )


rule gate:
    input:
        expand(f"{RESULTS}/{{experiment}}/tables/problems.csv", experiment=EXPERIMENTS),
        f"{RESULTS}/index.html",
        ids=IDS,
    output:
        touch(f"{RESULTS}/.accepted"),
    shell:
        verb("gate", "{RESULTS:q} --ids {input.ids:q}")
