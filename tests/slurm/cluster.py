"""A real SLURM of one node, on loopback, in a folder of its own: no systemd, accounting or cgroups; nothing in /etc.

It needs Debian's munge, slurmctld, slurmd and slurm-client, and root, whose node this is.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel", "sinfo")
CLIENTS = ("sbatch", "srun", "squeue", "scontrol", "scancel", "sinfo", "sacct", "sacctmgr")

CONFIGURATION = """
ClusterName=bench
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=200
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
MinJobAge=3600
KillWait=2
InactiveLimit=0
SlurmctldTimeout=30
SlurmdTimeout=60
SchedulerParameters=sched_interval=1,bf_interval=2,batch_sched_delay=0
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory_mb} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=240 DefaultTime=10 State=UP
"""


def missing() -> list[str]:
    """The programs that are not installed here."""
    return [program for program in PROGRAMS if not shutil.which(program)]


def wait_until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Waits; raises TimeoutError with what was waited for."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s in vain until {what}")
        time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Cluster:
    """Started by `start`; what stands in `environment` makes every SLURM program talk to it."""

    def __init__(self, folder: Path, cpus: int = 2, memory_mb: int = 6000) -> None:
        self.folder, self.cpus, self.memory_mb = folder, cpus, memory_mb
        self.configuration = folder / "slurm.conf"
        self.environment = {"SLURM_CONF": str(self.configuration), "PATH": f"{folder}/bin:{os.environ['PATH']}"}

    def start(self) -> None:
        for part in ("state", "spool", "bin"):
            (self.folder / part).mkdir(parents=True)
        self.configuration.write_text(
            CONFIGURATION.format(
                folder=self.folder,
                host=self.host,
                controller_port=free_port(),
                node_port=free_port(),
                cpus=self.cpus,
                memory_mb=self.memory_mb,
            )
        )
        (self.folder / "cgroup.conf").touch()
        self._wrap_clients()
        self._start_munge()
        self.start_controller()
        self._run("slurmd", "-f", self.configuration, "-N", self.host)
        wait_until(lambda: self.state() == "idle", 60, "the node is idle")

    @property
    def host(self) -> str:
        return socket.gethostname().split(".")[0]

    def _wrap_clients(self) -> None:
        """The executor's job step starts srun without SLURM_CONF: programs first on the PATH that set it again."""
        for name in CLIENTS:
            program = self.folder / "bin" / name
            program.write_text(f'#!/bin/sh\nSLURM_CONF={self.configuration} exec /usr/bin/{name} "$@"\n')
            program.chmod(0o755)

    def _start_munge(self) -> None:
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        files = {"key-file": "munge.key", "socket": "munge.socket", "pid-file": "munged.pid",
                 "log-file": "munged.log", "seed-file": "munge.seed"}  # fmt: skip
        self._run("munged", "--force", *(f"--{option}={self.folder / name}" for option, name in files.items()))

    def _run(self, *command: str | Path) -> None:
        with (self.folder / f"{command[0]}.out").open("a") as out:
            subprocess.run(command, check=True, stdout=out, stderr=out, timeout=60)

    def ask(self, *command: str) -> str:
        """What a SLURM program prints."""
        done = subprocess.run(
            command, env={**os.environ, **self.environment}, capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout

    def state(self) -> str:
        """The node's state as sinfo has it; empty while the controller does not answer."""
        try:
            return self.ask("sinfo", "--noheader", "--format=%t").strip()
        except subprocess.CalledProcessError:
            return ""

    def jobs(self) -> dict[int, str]:
        """Every allocation ever asked for, by number: its state."""
        listed = self.ask("squeue", "--states=all", "--noheader", "--format=%i %T")
        return {int(number): state for number, state in (line.split() for line in listed.splitlines())}

    def memory_of(self, job: int) -> int:
        """MB that an allocation asked for."""
        return int(self.ask("squeue", "--states=all", "--noheader", "--format=%m", f"--jobs={job}").strip().rstrip("M"))

    def start_controller(self) -> None:
        self._run("slurmctld", "-f", self.configuration)
        wait_until(lambda: bool(self.state()), 60, "the controller answers")

    def kill_controller(self) -> None:
        pid = int((self.folder / "slurmctld.pid").read_text())
        os.kill(pid, 9)
        wait_until(lambda: not alive(pid), 20, "the controller is gone")

    def drain(self) -> None:
        """The node takes no further job, as before repairs; what runs on it goes on."""
        self.ask("scontrol", "update", f"nodename={self.host}", "state=drain", "reason=test")

    def resume(self) -> None:
        self.ask("scontrol", "update", f"nodename={self.host}", "state=resume")

    def cancel_all(self) -> None:
        self.ask("scancel", "--user=root")
        wait_until(lambda: not {"RUNNING", "COMPLETING"} & set(self.jobs().values()), 60, "all jobs have ended")

    def stop(self) -> None:
        """Ends what it started, and nothing else."""
        if self.state():
            self.cancel_all()
        for name in ("slurmd", "slurmctld", "munged"):
            file = self.folder / f"{name}.pid"
            if file.exists() and alive(pid := int(file.read_text()), name):
                os.kill(pid, 15)
                wait_until(lambda pid=pid: not alive(pid), 30, f"{name} is gone")


def alive(pid: int, name: str = "") -> bool:
    """Whether a process of that number (and name) runs; one that is only not yet collected does not."""
    try:
        head, _, state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state.split()[0] != "Z" and name in head
