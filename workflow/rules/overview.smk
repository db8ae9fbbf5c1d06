# All experiments at a glance, and the gate that ends a run non-zero when a lab has something to mend.

# On the command line (--config own_donors=true) it comes as text.
OWN_DONORS = "--own-donors " if str(config.get("own_donors")).lower() == "true" else ""

# With `only` what is over all experiments stays as it is: the list and the gate of the one lie in its own folder.
OF_RUN = f"{RESULTS}/{ONLY}" if ONLY else RESULTS
ACCEPTED = f"{OF_RUN}/.accepted"

# The file that names the experiments is named after them, and after whose donors they are: with one more, or one less, it
# is another file.
IDS = f"{OF_RUN}/logs/experiments/{hashlib.sha256(repr((EXPERIMENTS, OWN_DONORS)).encode()).hexdigest()[:16]}.txt"


# As with listings, marks of code that is no longer there go.
rule code:
    output:
        f"{RESULTS}/logs/code/{{verb}}-{{digest}}",
    wildcard_constraints:
        verb="[a-z]+",
    localrule: True
    shell:
        command("rm -f {RESULTS:q}/logs/code/{wildcards.verb:q}-*; touch {output:q}")


# A command line ends at 128 kB, some 5,000 ids. A builtin of the shell takes as many as there are, and Snakemake hands
# long commands over as a script.
rule ids:
    output:
        IDS,
    localrule: True
    shell:
        command(
            "find \"$(dirname {output:q})\" -type f -delete; printf '%s\\n' {EXPERIMENTS:q} >{output:q}"
        )


rule overview:
    input:
        expand(f"{RESULTS}/{{experiment}}/report.html", experiment=EXPERIMENTS),
        ids=IDS,
        code=code("overview"),
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
            f"{OWN_DONORS}{{RESULTS:q}} --ids {{input.ids:q}}",
        )


rule gate:
    input:
        expand(f"{RESULTS}/{{experiment}}/tables/problems.csv", experiment=EXPERIMENTS),
        [] if ONLY else f"{RESULTS}/index.html",
        ids=IDS,
        code=code("gate"),
    output:
        touch(ACCEPTED),
    shell:
        command("{MGASSAY} gate {RESULTS:q} --ids {input.ids:q}")
