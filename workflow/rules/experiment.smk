# One experiment: listing -> read -> images -> quantify -> effects -> report -> export.
# A verb writes every table of its stage even when the data are wrong (the problems say so), so that one broken
# experiment gets its own list of what to mend and never stops another.
E = f"{RESULTS}/{{experiment}}"


wildcard_constraints:
    digest="[0-9a-f]{16}",


rule listing:
    output:
        touch(f"{E}/logs/listing/{{digest}}"),


rule read:
    input:
        listing,
    output:
        experiment=f"{E}/parts/experiment.json",
        inputs=f"{E}/parts/inputs.json",
        problems=f"{E}/parts/problems/read/problems.csv",
        reading=f"{E}/parts/reading.json",
        amplification=f"{E}/parts/amplification.csv",
        measured=f"{E}/parts/measured.csv",
        left_out=f"{E}/parts/left_out.csv",
        qpcr_wells=f"{E}/parts/qpcr_wells.csv",
        image_files=f"{E}/parts/image_files.csv",
        readings=f"{E}/tables/readings.csv",
        wells=f"{E}/tables/wells.csv",
    log:
        f"{E}/logs/read.log",
    shell:
        verb(
            "read",
            "{FOLDER:q}/{wildcards.experiment:q} {RESULTS:q}/{wildcards.experiment:q} >{log:q} 2>&1",
        )


rule images:
    input:
        rules.read.output.experiment,
        rules.read.output.image_files,
    output:
        images=f"{E}/tables/images.csv",
        image_quality=f"{E}/tables/image_quality.csv",
        image_wells=f"{E}/tables/image_wells.csv",
        nodule_sizes=f"{E}/tables/nodule_sizes.csv",
        stain_histograms=f"{E}/parts/stain_histograms.csv",
        problems=f"{E}/parts/problems/images/problems.csv",
        thumbnails=directory(f"{E}/parts/thumbnails"),
        overlays=directory(f"{E}/export/overlays"),
    log:
        f"{E}/logs/images.log",
    threads: workflow.cores or 4
    shell:
        verb(
            "images",
            "{FOLDER:q}/{wildcards.experiment:q} {RESULTS:q}/{wildcards.experiment:q} --threads {threads}"
            " >{log:q} 2>&1",
        )


rule quantify:
    input:
        rules.read.output,
        rules.images.output.images,
    output:
        amounts=f"{E}/tables/amounts.csv",
        curves=f"{E}/tables/curves.csv",
        standards=f"{E}/tables/standards.csv",
        plate_quality=f"{E}/tables/plate_quality.csv",
        qpcr=f"{E}/tables/qpcr.csv",
        qpcr_quality=f"{E}/tables/qpcr_quality.csv",
        exclusions=f"{E}/tables/exclusions.csv",
        efficiency_errors=f"{E}/parts/efficiency_errors.csv",
        chemistry=f"{E}/tables/chemistry.csv",
        medium_species=f"{E}/tables/medium_species.csv",
        problems=f"{E}/parts/problems/quantify/problems.csv",
    log:
        f"{E}/logs/quantify.log",
    shell:
        verb("quantify", "{RESULTS:q}/{wildcards.experiment:q} >{log:q} 2>&1")


rule effects:
    input:
        rules.read.output.experiment,
        rules.quantify.output.amounts,
        rules.quantify.output.efficiency_errors,
        rules.quantify.output.chemistry,
    output:
        means=f"{E}/tables/means.csv",
        effects=f"{E}/tables/effects.csv",
        shares=f"{E}/tables/shares.csv",
        rho=f"{E}/tables/rho.csv",
        genes=f"{E}/tables/genes.csv",
        checks=f"{E}/tables/checks.csv",
        equivalence=f"{E}/tables/equivalence.csv",
        facts=f"{E}/tables/facts.csv",
        passive_expected=f"{E}/tables/passive_expected.csv",
        verdict=f"{E}/verdict.json",
        problems=f"{E}/parts/problems/effects/problems.csv",
    log:
        f"{E}/logs/effects.log",
    shell:
        verb("effects", "{RESULTS:q}/{wildcards.experiment:q} >{log:q} 2>&1")


# It writes export/<id>.rdml and its kin besides, where there is qPCR: what may not be there cannot be an output, and the
# verb removes what it no longer makes.
rule report:
    input:
        rules.read.output,
        rules.images.output,
        rules.quantify.output,
        rules.effects.output,
    output:
        report=f"{E}/report.html",
        provenance=f"{E}/provenance.json",
        problems=f"{E}/tables/problems.csv",
    log:
        f"{E}/logs/report.log",
    shell:
        verb(
            "report",
            "{FOLDER:q}/{wildcards.experiment:q} {RESULTS:q}/{wildcards.experiment:q} >{log:q} 2>&1",
        )


# With an error fewer files are made (docs/exports.md): those and the ones named after readouts are no outputs, and the
# verb removes what it no longer makes.
rule export:
    input:
        rules.report.output,
    output:
        workbook=f"{E}/export/{{experiment}}.xlsx",
        crate=f"{E}/export/ro-crate-metadata.json",
        readme=f"{E}/export/README.txt",
    log:
        f"{E}/logs/export.log",
    shell:
        verb("export", "{RESULTS:q}/{wildcards.experiment:q} >{log:q} 2>&1")
