# What is looked at before and after a run: folders that cannot be written, times still to come, results left over.
import atexit
import json
import time

# What the rules of experiment.smk promise by name in every run, of the files that seals name.
PROMISED = {
    *("parts/experiment.json", "verdict.json"),
    *("tables/effects.csv", "tables/shares.csv"),
}
# Of pictures, which no seal names: a folder, and a file in the other one. To a folder that is promised the lab may have
# added, and Snakemake empties it before the job, in every experiment whose images are measured in that run.
PICTURES = ("parts/thumbnails", "export/overlays/README.txt")

LEAST_ROOM = 100_000  # bytes; one job's notes take some 4,000


def above(folder):
    """The folder itself, or the one that is there and that it would be made in."""
    there = os.path.abspath(folder)
    while not os.path.exists(there):
        there = os.path.dirname(there)
    return there


def check_writable(folder):
    """Raises WorkflowError where nothing can be written into a folder, or into the one that it would be made in."""
    there = above(folder)
    if not os.access(there, os.W_OK | os.X_OK):
        raise WorkflowError(
            f"results: nothing can be written into {there}: it is read-only, or another user's (`ls -ld "
            f"{shlex.quote(there)}` shows whose). Have that changed, or name another folder: --config results=FOLDER"
        )


@functools.cache
def since_sealed(experiment):
    """Files that an experiment's seals name and that are gone, as (stage, file), and those written later than the seal."""
    gone, later = [], []
    of = f"{RESULTS}/{experiment}"
    for seal in sorted(Path(of).glob("parts/seals/*.json")):
        sealed, names = seal.stat().st_mtime_ns, names_in(seal, of)
        for name in (*names, *PICTURES) if seal.stem == "images" else names:
            try:
                written = os.stat(f"{of}/{name}").st_mtime_ns
                if written > sealed and name not in PICTURES:
                    later.append(f"{of}/{name}")
            except FileNotFoundError:
                gone.append((seal.stem, name))
    return gone, later


def names_in(seal, folder):
    """The files that a seal names, relative to the folder of results; WorkflowError for a seal that is none of ours."""
    try:
        names = list(json.loads(seal.read_bytes()))
        if all(re.fullmatch(r"(\w[\w.-]*/)*\w[\w.-]*", name) for name in names):
            return names
    except (ValueError, TypeError):
        pass
    raise WorkflowError(
        f"{seal} is damaged. Delete {folder} and type the same command again: all of it is made anew."
    )


def marks(wildcards):
    """The files named after what everything rests on: raw files, code, which experiments there are.

    Snakemake remembers what a file was made of, by its address. Where the results were moved, or .snakemake was removed,
    it knows nothing, and goes by times alone; then a mark that is not there yet, asked for by name, says what is new.
    """
    return [*map(listing_of, EXPERIMENTS), *map(code, ROOMS), IDS]


def gone_files(wildcards):
    """Files that finished steps left, and that are there no longer.

    Snakemake by itself makes no file anew that only finished steps need, so that a table that was deleted would stay
    away; asked for by name it comes back.
    """
    gone = [f"{RESULTS}/{e}/{f}" for e in EXPERIMENTS for _, f in since_sealed(e)[0]]
    last = [*rules.report.output, *rules.export.output]
    for e in EXPERIMENTS:
        if os.path.exists(f"{RESULTS}/{e}/export/README.txt"):
            gone += [f.replace("{experiment}", e) for f in last]
    if os.path.exists(f"{RESULTS}/index.html") and not ONLY:
        gone += rules.overview.output
    return [f for f in gone if not os.path.exists(f)]


def gone_of(stage):
    """What the rule of a stage promises only where it is gone somewhere, so that it can be asked for."""
    if not workflow.is_main_process:  # another node's job is told what to make
        return []
    gone = {f for e in EXPERIMENTS for s, f in since_sealed(e)[0] if s == stage}
    named = {f: f"{RESULTS}/{{experiment}}/{f}" for f in sorted(gone - PROMISED)}
    return [directory(n) if f == PICTURES[0] else n for f, n in named.items()]


def asked():
    """The experiments whose own files were asked for, so that `all`, which ends with the gate, did not run."""
    targets = [str(t) for t in workflow.dag_settings.targets]
    return [e for e in EXPERIMENTS if any(f"/{e}/" in f"/{t}" for t in targets)]


@functools.cache
def may_have_images(experiment):
    """Whether an experiment's list of files names images; a workbook is not opened for that, and may name some."""
    try:
        listed = Path(f"{FOLDER}/{experiment}/files.csv").read_bytes()
    except OSError:
        return True
    return b"alizarin_image" in listed.replace(b"\0", b"").lower()


def cores_of_images(experiment):
    """Cores for the images of one experiment: one where it has none, so that it keeps no other step from running."""
    return cores_of_each() if may_have_images(experiment) else 1


@functools.cache
def cores_of_each():
    """Cores for images where there are some: those of this computer, shared out over the experiments to be run.

    Were it all of them, the images of a second experiment would wait until every core is idle, and so would all that
    rests on them: on any number of cores one experiment would run after the other. On a cluster four; a job that runs
    there has all the cores that it was given.
    """
    if not workflow.is_main_process:
        return workflow.cores
    if not workflow.local_exec:
        return 4
    new = not all(os.path.exists(code(name)) for name in ("read", "images"))
    wanted = [e for e in asked() or EXPERIMENTS if may_have_images(e)]
    waiting = [e for e in wanted if new or not has_images(e)]
    return max(1, workflow.cores // len(waiting or wanted))  # none waits: --forceall


def has_images(experiment):
    """Whether an experiment's images were measured, of the files that it has now."""
    seal = f"{RESULTS}/{experiment}/parts/seals/images.json"
    return os.path.exists(seal) and os.path.exists(listing_of(experiment))


def changed_tables(wildcards):
    """Tables that were written later than their seal: by hand, and the report says so (MG902)."""
    return since_sealed(wildcards.experiment)[1]


def others_go_on(wildcards):
    """No file. Inside an allocation Snakemake reads no profile, and so no keep-going.

    One experiment that breaks off would keep the others of its allocation from being made. What a run is told is not
    there yet when this file is read; it is when inputs are asked for, and every allocation ends with `export`.
    """
    if workflow.remote_exec and not AS_MODULE:
        workflow.execution_settings.keep_going = True
    return []


def leave_no_time_to_come(folder):
    """Gives files that bear a time still to come the present one; how many they were.

    They were written before a clock was set back, or by a computer whose clock is ahead. Snakemake goes by times: it
    would take what was made of an earlier state for newer than the state of now, or make things anew for ever.
    """
    now = time.time_ns()
    walked = (os.path.join(d, f) for d, _, files in os.walk(folder) for f in files)
    ahead = [f for f in walked if os.lstat(f).st_mtime_ns > now]
    for file in ahead:
        os.utime(file, ns=(now, now), follow_symlinks=False)
    return len(ahead)


def say_no_room(*folders):
    """Says what to do where a disk is full of which Snakemake, that cannot write its notes there, blames permissions."""
    for folder in folders:
        disk = os.statvfs(folder)
        if disk.f_blocks and disk.f_bavail * disk.f_frsize < LEAST_ROOM:
            print(
                f"The disk of {folder} is full. If a step broke off: make room there (`df -h {shlex.quote(folder)}` shows "
                "it) and type the same command again; what is finished is kept.",
                file=sys.stderr,
            )
            return


def look_only_when_a_job_ends():
    """On one computer: as many jobs as there are cores, and no limit of submissions (100 a second) beside that.

    With a limit Snakemake 9 looks again for what can run a second after every look, so that looks grow with the jobs
    that have ended: in a run over 100 experiments they took a fifth of all CPU, and more over 1,000 (docs/scale.md).
    """
    if workflow.local_exec and hasattr(workflow.scheduler, "job_rate_limiter"):
        workflow.scheduler.job_rate_limiter = None


def others_in_results():
    """Experiments that have results, and no folder any more."""
    if ONLY or not os.path.isdir(RESULTS):
        return []
    made = (
        e.name for e in os.scandir(RESULTS) if os.path.exists(f"{e.path}/verdict.json")
    )
    return sorted(set(made) - set(EXPERIMENTS))


if not os.access(".", os.W_OK | os.X_OK):
    raise WorkflowError(
        f"Snakemake keeps its notes in the folder it works in, and cannot write into {os.getcwd()}. Work in a folder of "
        "your own (--directory FOLDER), or type `mgassay run`, which works beside the results."
    )
if not os.path.isdir(above(RESULTS)):
    raise WorkflowError(
        f"results: {above(RESULTS)} is a file, and no folder can be made there. Name another: --config results=FOLDER"
    )
# In an allocation of SLURM's a step would wait for the processors and the memory of the one before it, which are counted a
# while longer; where the controller was killed meanwhile, until the allocation ends. Nothing else heeds this variable.
if workflow.remote_exec:
    os.environ.setdefault("SLURM_OVERLAP", "1")
if workflow.is_main_process:
    atexit.register(say_no_room, os.getcwd(), os.path.abspath(above(RESULTS)))
