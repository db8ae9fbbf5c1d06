# mgassay: from a folder of raw exports to the share of Mg2+'s protection outside and inside the cell.
#
#   .venv/bin/snakemake                                            the experiments named in config/config.yaml
#   .venv/bin/snakemake --config experiments=FOLDER results=FOLDER  a lab's own plates
#   .venv/bin/snakemake results/<id>/report.html                    one experiment
#   .venv/bin/mgassay run FOLDER                                    the same with less to read
import atexit


configfile: "config/config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/guard.smk"
include: "workflow/rules/experiment.smk"
include: "workflow/rules/overview.smk"


# Of one experiment (`only`) its own files: made of it alone, the pages over all would have lost the others.
rule all:
    default_target: not AS_MODULE
    input:
        ACCEPTED,
        [] if ONLY else f"{RESULTS}/index.html",
        expand(f"{RESULTS}/{{experiment}}/export/README.txt", experiment=EXPERIMENTS),
        marks,
        gone_files,


def say_where():
    """Says where to look, as the very last line, behind what Snakemake says of itself when it ends."""
    shown = asked() or EXPERIMENTS
    page = f"{shown[0]}/report.html" if len(shown) == 1 else "index.html"
    if os.path.exists(f"{RESULTS}/{page}"):
        atexit.register(print, f"{RESULTS}/{page}", flush=True)


def finished():
    """The experiments that have a report and a verdict, and so a line in the pages over all experiments."""
    parts = ("report.html", "verdict.json")
    return [
        e
        for e in EXPERIMENTS
        if all(os.path.exists(f"{RESULTS}/{e}/{part}") for part in parts)
    ]


def look_over_finished():
    """Where a step broke off, the pages over all experiments of those that finished, and what these need mended.

    The rules for both wait for every experiment, and would leave the others without them. The next run makes them anew.
    """
    there, index = finished(), f"{RESULTS}/index.html"
    newest = [os.stat(f"{RESULTS}/{e}/report.html").st_mtime_ns for e in there]
    if asked() or ONLY or not there:
        return
    if os.path.exists(index) and os.stat(index).st_mtime_ns >= max(newest):
        return
    ids = Path(RESULTS) / "logs" / "finished.txt"
    ids.parent.mkdir(parents=True, exist_ok=True)
    ids.write_text("".join(f"{name}\n" for name in there), encoding="utf-8")
    named = [RESULTS, "--ids", str(ids)]
    subprocess.run(
        [*shlex.split(MGASSAY), "overview", *shlex.split(OWN_DONORS), *named]
    )
    subprocess.run([*shlex.split(MGASSAY), "gate", *named])
    if left := [e for e in EXPERIMENTS if e not in there]:
        print(
            f"Not in {index}, since a step broke off: {', '.join(left)}",
            file=sys.stderr,
        )


def say_what_is_left():
    """Names results whose experiment is gone, which nothing here counts any more."""
    if others := others_in_results():
        print(
            f"{RESULTS} still holds results of {', '.join(others)}, of which there is no folder in {FOLDER} (renamed?)."
            " They are in no table over all experiments. Remove them when they are not needed.",
            file=sys.stderr,
        )


onstart:
    look_only_when_a_job_ends()
    check_writable(RESULTS)
    if ahead := leave_no_time_to_come(RESULTS):
        print(
            f"{ahead} files in {RESULTS} bore a time that is still to come (was a clock set back?). They bear the present"
            " time now, so that what is new can be told from what is old.",
            file=sys.stderr,
        )


onsuccess:
    say_where()
    say_what_is_left()
    if names := asked():
        if subprocess.run(
            [*shlex.split(MGASSAY), "gate", RESULTS, *names]
        ).returncode:
            sys.exit(1)


onerror:
    look_over_finished()
    say_where()
    if any("SIGKILL" in Path(f).read_text(errors="replace") for f in log):
        print(
            "A step was killed from outside, most often because no memory was left. Nothing half-made counts: type the "
            "same command again (with --cores 1 where memory is short).",
            file=sys.stderr,
        )
