"""What all parts of the attack have in common: running the command, judging a run, and keeping the inputs of faults.

A part is a class that is registered with @part. It makes a Case for each number, from a random generator that depends
only on the seed, the part and the number. Parts that do more than run `cri` once override `attack`.
"""

import collections
import contextlib
import hashlib
import itertools
import marshal
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))

# Memory that a run may use besides a multiple of its input.
SPARE_MEMORY = 16 << 20
# 20 warnings, one line with the number of the others, and what the command itself says.
MOST_LINES = 40
MOST_BYTES = 64 << 10

# The commands that explain their exit code in a report on stdout.
REPORTING = ("verify", "guard", "preflight", "doctor")
CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")

parts = {}


def part(kind):
    """Registers a class as a part of the attack, by its `name`."""
    parts[kind.name] = kind
    return kind


class Setting:
    """The options of a run of the whole harness."""

    def __init__(self, cri, sim, count, seed, keep, first=0):
        self.cri, self.sim, self.count, self.seed, self.keep, self.first = cri, sim, count, seed, keep, first


class Case:
    """One run of the command: its input, and what is allowed to happen."""

    def __init__(self, arguments, **settings):
        self.arguments = [as_bytes(argument) for argument in arguments]
        self.command = ""  # the subcommand, on which the valid exit codes depend
        self.program = None  # the program, if it is not `cri`
        self.files = {}  # relative path: content; of a symbolic link: ("link", target)
        self.directories = []  # relative paths of empty directories
        self.environment = {}
        self.stdin = b""
        self.codes = None  # exit codes, if docs/exit-codes.md does not list them
        self.timeout = 2  # the seconds of --timeout
        self.endless = None  # the seconds after which a command that has no end is stopped
        self.raw = False  # whether the documentation says that stdout is printed unchanged
        self.raw_errors = False  # the same for stderr
        self.secrets = []  # bytes that no output may contain
        self.writes = {}  # relative path: function that says whether the content is complete, or None
        self.factor = 3  # the multiple of the input that peak memory may reach
        self.quiet = False  # whether a failure needs no text on stderr
        self.check = None  # function of the Result that returns further faults
        self.size = 0  # the bytes of input that the case does not contain, for example a server's responses
        self.lines = MOST_LINES  # the most lines on stderr
        for name, value in settings.items():
            if not hasattr(self, name):
                raise AttributeError(name)
            setattr(self, name, value)

    def input_size(self):
        """The number of bytes that the command has to process."""
        contents = sum(len(content) for content in self.files.values() if isinstance(content, bytes))
        return self.size + contents + len(self.stdin) + sum(map(len, self.arguments))


class Result:
    """What a run of the command has done."""

    def __init__(self, status, seconds, processor, memory, stdout, stderr):
        self.timed_out = status == -1
        self.signal = status & 0x7F if status > 0 else 0
        self.code = status >> 8 if status >= 0 and not self.signal else None
        self.seconds, self.processor, self.memory = seconds, processor, memory
        self.stdout, self.stderr = stdout, stderr


class Runner:
    """A directory in memory, and a small process that runs commands in it."""

    def __init__(self, root, mounts=None):
        """With mounts ({"/run": "run"}), the commands see directories below the root in these places."""
        self.root = root
        self.place = os.path.join(root, "place")
        self.cleared = [self.place] + [os.path.join(root, source) for source in (mounts or {}).values()]
        for directory in self.cleared:
            os.makedirs(directory, exist_ok=True)
        command = [sys.executable, "-I", "-S", os.path.join(HERE, "launcher.py")]
        if mounts:
            script = "".join(f"mount --bind {shlex.quote(os.path.join(root, source))} {shlex.quote(target)} && "
                             for target, source in mounts.items())
            command = ["unshare", "-m", "sh", "-c", script + 'exec "$@"', "sh"] + command
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)

    @property
    def own_memory(self):
        """The peak memory of the small process, below which the memory of a command cannot be measured."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM:"))

    def run(self, arguments, environment=None, directory=None, stdin=b"", seconds=4.0, processor=None):
        """Runs a program until it ends or until its time, or its CPU time, has run out. Returns None if it cannot be started."""
        variables = {b"PATH": os.environb.get(b"PATH", b"/usr/bin:/bin"), b"HOME": b"/nonexistent", b"LC_ALL": b"C.UTF-8"}
        variables.update((as_bytes(name), as_bytes(value)) for name, value in (environment or {}).items())
        data = marshal.dumps((list(map(as_bytes, arguments)), variables, directory or self.place, stdin, seconds, processor
                              or int(seconds) + 1))
        self.process.stdin.write(len(data).to_bytes(4, "little") + data)
        self.process.stdin.flush()
        result = marshal.loads(self.process.stdout.read(int.from_bytes(self.process.stdout.read(4), "little")))
        return None if isinstance(result, str) else Result(*result)

    def serve(self, arguments, socket):
        """Starts a server that sees the same mounts as the commands."""
        return Server(["nsenter", "-t", str(self.process.pid), "-m", *arguments], socket)

    def close(self):
        """Ends the process that runs commands, and removes the directory."""
        self.process.stdin.close()
        self.process.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def write(self, files, directories=()):
        """Empties the directory, and those of the mounts, and writes these files (to a mount: ../SOURCE/FILE)."""
        for directory in self.cleared:
            with os.scandir(directory) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        shutil.rmtree(entry.path, ignore_errors=True)
                    else:
                        os.unlink(entry.path)
        for name in directories:
            os.makedirs(os.path.join(self.place, name), exist_ok=True)
        for name, content in files.items():
            path = os.path.join(self.place, name)
            if "/" in name:
                os.makedirs(os.path.dirname(path), exist_ok=True)
            if isinstance(content, tuple):
                os.symlink(content[1], path)
                continue
            with open(path, "wb") as file:
                file.write(content)


class Part:
    """A part of the attack. A subclass has a name, a summary, and `case`."""

    name = ""
    summary = ""
    mounts = None

    def __init__(self, setting):
        self.setting = setting
        self.memory = 0  # the peak memory of an ordinary small run; set by `measure`
        self.codes = collections.Counter()

    def prepare(self, runner):
        """Starts what each runner needs, for example its own server."""

    def ordinary(self):
        """Returns cases that are ordinary and small; the largest one's peak memory is not counted as a fault."""
        return [Case(["--version"])]

    def case(self, rng, number):
        """Returns the case of this number, or None if there is none."""
        raise NotImplementedError

    def attack(self, runner, rng, number):
        """Makes one case, runs and judges it. Returns the number of runs and a list of (kind, text, case, result)."""
        case = self.case(rng, number)
        if case is None:
            return 0, []
        result = self.run(runner, case)
        if result is None:
            return 0, []
        return 1, [(kind, text, case, result) for kind, text in self.judge(runner, case, result)]

    def close(self):
        """Ends the servers of the part."""

    def measure(self, runner):
        """Measures the peak memory of ordinary small runs."""
        for case in self.ordinary():
            result = self.run(runner, case)
            if result is not None and not result.timed_out:
                self.memory = max(self.memory, result.memory or runner.own_memory)

    def run(self, runner, case):
        """Writes the files of a case and runs its command.

        If it takes too long, it runs once more with four times as much time but the same CPU time, because other programs
        may have used the CPU.
        """
        result, limit = None, case.timeout + 2
        for seconds in (case.endless, ) if case.endless else (limit, 4 * limit):
            runner.write(case.files, case.directories)
            case.before = listing(runner.place)
            result = runner.run([case.program or self.setting.cri] + case.arguments,
                                case.environment,
                                stdin=case.stdin,
                                seconds=seconds,
                                processor=int(limit) + 1)
            if result is None or not result.timed_out:
                break
        if result:
            self.codes["signal" if result.code is None else result.code] += 1
        return result

    def judge(self, runner, case, result):
        """Returns the faults of a run, as (kind, text)."""
        faults = list(judge_end(case, result)) + list(judge_output(case, result))
        faults += judge_files(runner.place, case)
        limit = case.factor * case.input_size() + SPARE_MEMORY
        if result.memory - self.memory > limit:
            faults.append(("memory", f"{result.memory - self.memory} bytes more than a small run, limit {limit}"))
        if case.check:
            faults += case.check(result)
        return faults


def as_bytes(value):
    """Returns text as UTF-8, and bytes unchanged."""
    return value if isinstance(value, bytes) else os.fsencode(value)


def listing(place):
    """Returns what identifies the content of each file below a directory."""
    found = {}
    for entry in os.scandir(place):
        if entry.is_dir(follow_symlinks=False):
            found.update((f"{entry.name}/{name}", mark) for name, mark in listing(entry.path).items())
        else:
            facts = entry.stat(follow_symlinks=False)
            found[entry.name] = (facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_mode)
    return found


_codes = {}


def documented_codes(command):
    """Returns the exit codes that docs/exit-codes.md lists for a command."""
    if command in _codes:
        return _codes[command]
    with open(os.path.join(REPOSITORY, "docs/exit-codes.md"), encoding="utf-8") as file:
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in file if line.startswith("|")]
    head = [re.findall("`([a-z]+)`", cell) for cell in rows[0]]
    column = next((index for index, names in enumerate(head) if command in names), len(head) - 1)
    codes = set()
    for row in rows[2:]:
        cell = row[column]
        only = re.match("`([a-z]+)`:", cell)
        if "any command" in row[-1] or (cell and (not only or only.group(1) == command)):
            codes.add(int(row[0]))
    _codes[command] = codes
    return codes


def judge_end(case, result):
    """Judges how the process ended: by itself, in time, and with a documented exit code."""
    if result.timed_out and case.endless:
        return
    if result.timed_out:
        yield "time", f"has not ended after {result.seconds:.1f} s"
        return
    if result.signal:
        yield "signal", f"ended by signal {result.signal}"
        return
    codes = case.codes if case.codes is not None else documented_codes(case.command)
    if result.code not in codes:
        yield "exit code", f"exit code {result.code} is not documented for {case.command or 'cri'}"


def judge_output(case, result):
    """Judges stdout and stderr: their characters, their length, and secrets in them."""
    for name, data in (("stdout", result.stdout), ("stderr", result.stderr)):
        for secret in case.secrets:
            if secret in data:
                yield "secret", f"{name} contains a secret"
        if case.raw if name == "stdout" else case.raw_errors:
            continue
        found = CONTROL.search(data)
        if found:
            yield "control", f"{name} contains {found.group()!r} at offset {found.start()}"
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            yield "control", f"{name} is not valid UTF-8 at offset {error.start}"
    lines = result.stderr.count(b"\n")
    if (len(result.stderr) > MOST_BYTES or lines > case.lines) and not case.raw_errors:
        yield "length", f"stderr has {lines} lines, {len(result.stderr)} bytes"
    has_verdict = result.stdout.strip() and (result.code == 1 or case.command in REPORTING)
    if result.code and not result.stderr.strip() and not case.quiet and not has_verdict:
        yield "silence", f"exit code {result.code} without a word on stderr"


def judge_files(place, case):
    """Judges the files after a run: only those that the case allows have changed, and those are complete."""
    after = listing(place)
    for name in sorted(set(case.before) | set(after)):
        if case.before.get(name) == after.get(name):
            continue
        if name not in case.writes:
            change = "removed" if name not in after else "changed" if name in case.before else "left behind"
            yield "file", f"{name} was {change}"
        elif name not in after:
            yield "file", f"{name} was removed"
        elif case.writes[name]:
            with open(os.path.join(place, name), "rb") as file:
                content = file.read()
            if any(secret in content for secret in case.secrets):
                yield "secret", f"{name} contains a secret"
            if content != case.files.get(name) and not case.writes[name](content):
                yield "file", f"{name} is incomplete"


def keep_fault(setting, name, number, case, result, texts):
    """Saves the input, the command and the output of a run below the directory of --keep."""
    directory = os.path.join(setting.keep, f"{name}-{setting.seed}-{number}")
    os.makedirs(directory, exist_ok=True)

    def save(path, data):
        target = os.path.join(directory, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(data)

    save("fault.txt",
         ("\n".join(texts) + f"\nrepeat with: --seed {setting.seed} --first {number} --count 1 {name}\n").encode())
    if isinstance(case, Case):
        words = [b"env"] + [
            name_ + b"=" + as_bytes(value)
            for name_, value in ((as_bytes(name_), value) for name_, value in case.environment.items())
        ]
        words += [as_bytes(case.program or setting.cri)] + case.arguments
        save("command.sh", b"cd \"$(dirname \"$0\")/files\" && exec " + b" ".join(map(quote, words)) + b" <../stdin\n")
        save("stdin", case.stdin)
        os.makedirs(os.path.join(directory, "files"), exist_ok=True)
        for path, content in case.files.items():
            save("files/" + path, content if isinstance(content, bytes) else b"-> " + as_bytes(content[1]))
    elif case is not None:
        save("case.txt", as_bytes(str(case)))
    if result is not None:
        save("stdout", result.stdout)
        save("stderr", result.stderr)


def quote(word):
    """Quotes a word for a shell."""
    return b"'" + word.replace(b"'", b"'\\''") + b"'"


def generator(seed, name, number):
    """Returns the random generator of a case."""
    return random.Random(hashlib.sha256(f"{seed}/{name}/{number}".encode()).digest())


def run_part(kind, setting, threads=2):
    """Runs a part and prints one line. Returns the number of faults."""
    start = time.monotonic()
    base = tempfile.mkdtemp(prefix="attack-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    runners, instance, problems = [], None, []
    try:
        instance = kind(setting)
        runners = [Runner(os.path.join(base, f"t{index}"), kind.mounts) for index in range(threads)]
        for runner in runners:
            instance.prepare(runner)
        instance.measure(runners[0])
        numbers, lock = itertools.count(setting.first), threading.Lock()
        state = {"runs": 0, "faults": 0, "none": 0}

        def work(runner):
            while True:
                with lock:
                    number = next(numbers)
                    # Cases that cannot be run do not count, and a case may consist of several runs.
                    is_enough = number - setting.first - state["none"] >= setting.count or state["runs"] >= setting.count
                    if is_enough or problems or state["none"] > 10 * setting.count + 100:
                        return
                runs, faults = instance.attack(runner, generator(setting.seed, kind.name, number), number)
                with lock:
                    state["runs"] += runs
                    state["none"] += runs == 0
                    state["faults"] += 1 if faults else 0
                    if faults:
                        report(setting, kind.name, number, faults, state["faults"])

        def guarded(runner):
            try:
                work(runner)
            except BaseException as error:  # a fault of the harness itself must end it
                problems.append(error)

        workers = [threading.Thread(target=guarded, args=(runner, )) for runner in runners]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        for runner in runners:
            runner.close()
        if instance:
            instance.close()
        shutil.rmtree(base, ignore_errors=True)
    if problems:
        raise problems[0]
    codes = " ".join(f"{code}:{count}" for code, count in sorted(instance.codes.items(), key=str))
    print(
        f"{kind.name}: {state['runs']} runs, {state['faults']} faults, {time.monotonic() - start:.0f} seconds, "
        f"seed {setting.seed}; exit codes {codes}",
        flush=True)
    return state["faults"]


def report(setting, name, number, faults, count):
    """Reports the fault of a case on stderr, and keeps its input; only for the first 100 faults of a part."""
    if count > 100:
        return
    texts = [f"{kind}: {text}" for kind, text, _, _ in faults]
    print(f"{name} {number}: {'; '.join(texts)}"[:300].encode("ascii", "backslashreplace").decode(), file=sys.stderr)
    if setting.keep:
        keep_fault(setting, name, number, faults[0][2], faults[0][3], texts)


class Server:
    """A server that a part starts, for example cri-sim; it is stopped by its process ID."""

    def __init__(self, arguments, socket, seconds=10.0):
        self.process = subprocess.Popen(arguments,
                                        stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL,
                                        start_new_session=True)
        deadline = time.monotonic() + seconds
        while not os.path.exists(socket):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise RuntimeError(f"{arguments[0]} does not serve {socket}")
            time.sleep(0.02)

    def close(self):
        """Stops the server."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
            return
        self.process.kill()
        self.process.wait()
