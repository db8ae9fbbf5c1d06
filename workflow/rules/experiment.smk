# One experiment: listing -> read -> images -> quantify -> effects -> report -> export.
# A verb writes every table of its stage even when the data are wrong (the problems say so), so that one broken
# experiment gets its own list of what to mend and never stops another.
#
# A rule promises its seal, which names all that its verb wrote and is written last, and few tables that are asked for by
# name; what else is gone is promised too, where it is gone. Rules rest on seals. With all files of all rules as inputs
# and outputs a run over 1,000 experiments was planned in twice the time, with half as much memory again (docs/scale.md).
E = f"{RESULTS}/{{experiment}}"


wildcard_constraints:
    digest="[0-9a-f]{16}",


# Those of earlier states go: were one to come back, its file would be older than what was made since.
rule listing:
    output:
        f"{E}/logs/listing/{{digest}}",
    shell:
        command(
            "rm -f {RESULTS:q}/{wildcards.experiment:q}/logs/listing/*; touch {output:q}"
        )


rule read:
    input:
        listing,
        code=code("read"),
    output:
        *gone_of("read"),
        experiment=f"{E}/parts/experiment.json",
        seal=f"{E}/parts/seals/read.json",
    log:
        f"{E}/logs/read.log",
    shell:
        verb(
            "read",
            "{FOLDER:q}/{wildcards.experiment:q} {RESULTS:q}/{wildcards.experiment:q}",
        )


rule images:
    input:
        rules.read.output.seal,
        code=code("images"),
    output:
        *gone_of("images"),
        seal=f"{E}/parts/seals/images.json",
    log:
        f"{E}/logs/images.log",
    threads: lambda wildcards: cores_of_images(wildcards.experiment)
    shell:
        verb(
            "images",
            "{FOLDER:q}/{wildcards.experiment:q} {RESULTS:q}/{wildcards.experiment:q} --threads {threads}",
        )


rule quantify:
    input:
        rules.read.output.seal,
        rules.images.output.seal,
        code=code("quantify"),
    output:
        *gone_of("quantify"),
        seal=f"{E}/parts/seals/quantify.json",
    log:
        f"{E}/logs/quantify.log",
    shell:
        verb("quantify", "{RESULTS:q}/{wildcards.experiment:q}")


rule effects:
    input:
        rules.read.output.seal,
        rules.images.output.seal,
        rules.quantify.output.seal,
        code=code("effects"),
    output:
        *gone_of("effects"),
        effects=f"{E}/tables/effects.csv",
        shares=f"{E}/tables/shares.csv",
        verdict=f"{E}/verdict.json",
        seal=f"{E}/parts/seals/effects.json",
    log:
        f"{E}/logs/effects.log",
    shell:
        verb("effects", "{RESULTS:q}/{wildcards.experiment:q}")


# It writes export/<id>.rdml and its kin besides, where there is qPCR: what may not be there cannot be an output, and the
# verb removes what it no longer makes.
rule report:
    input:
        changed_tables,
        rules.read.output.seal,
        rules.images.output.seal,
        rules.quantify.output.seal,
        rules.effects.output.seal,
        code=code("report"),
    output:
        report=f"{E}/report.html",
        provenance=f"{E}/provenance.json",
        problems=f"{E}/tables/problems.csv",
    log:
        f"{E}/logs/report.log",
    shell:
        verb(
            "report",
            "{FOLDER:q}/{wildcards.experiment:q} {RESULTS:q}/{wildcards.experiment:q}",
        )


# With an error fewer files are made (docs/exports.md): those and the ones named after readouts are no outputs, and the
# verb removes what it no longer makes.
rule export:
    input:
        rules.report.output,
        others_go_on,
        code=code("export"),
    output:
        workbook=f"{E}/export/{{experiment}}.xlsx",
        crate=f"{E}/export/ro-crate-metadata.json",
        readme=f"{E}/export/README.txt",
    log:
        f"{E}/logs/export.log",
    shell:
        verb("export", "{RESULTS:q}/{wildcards.experiment:q}")
