"""Part `responses`: a runtime whose responses are damaged, huge, hostile, or not what was asked for."""

import os
import random
import signal
import threading
import time

import common
import formats
import server_http2 as h2
import wire

# The peak memory of an ordinary run. Less cannot be measured if the harness itself is larger.
SMALL = 20 << 20
SECRET = b"atk-secret-value"
TEMPLATE = "-o=go-template={{range .items}}{{.id}} {{.metadata.name}}{{end}}{{range .containers}}{{.}}{{end}}"
LIST_FORMATS = [[], ["-o", "json"], ["-o", "yaml"], ["-o", "wide"], ["-o", "name"], ["-v"], ["-q"], ["--no-trunc"],
                ["-o", "custom-columns=ID:.id,NAME:.metadata.name,L:.labels"], ["-o", "jsonpath={.items[*].id}{..name}"],
                [TEMPLATE], ["--sort-by", ".id"], ["--name", "web"], ["--label", "app=web"], ["-o", "go-template={{.}}"]]
INSPECT_FORMATS = [[], ["-o", "json"], ["-o", "yaml"], ["-o", "table"], ["-o", "jsonpath={..id}"], ["-q"],
                   ["-o", "custom-columns=ID:.status.id,PID:.info.pid"], ["-o", "go-template={{.status}} {{.info}}"]]
STATS_FORMATS = [[], ["-o", "json"], ["-o", "yaml"], ["-o", "wide"], ["-o", "go-template={{.}}"]]
REPORT_FORMATS = [[], ["-o", "json"], ["-o", "yaml"], ["-o", "junit"], ["-o", "tap"], ["-o", "nagios"],
                  ["-o", "prometheus"], ["-o", "github"]]
ID = "ID"  # replaced by an ID that the runtime has

# The words of a command, its formats, the seconds that it may take besides --timeout, and how often it is used.
COMMANDS = [
    (["ps", "-a"], LIST_FORMATS, 3, 8), (["pods"], LIST_FORMATS, 3, 8),
    (["images"], LIST_FORMATS + [["--digests"]], 1, 6),
    (["inspect", ID], INSPECT_FORMATS, 1, 4), (["inspect", "-a"], INSPECT_FORMATS, 3, 3),
    (["inspectp", ID], INSPECT_FORMATS, 1, 4), (["inspectp"], INSPECT_FORMATS, 3, 3),
    (["inspecti", ID], INSPECT_FORMATS, 1, 3), (["inspecti"], INSPECT_FORMATS, 3, 3),
    (["info"], INSPECT_FORMATS, 1, 4), (["version"], [[], ["-o", "json"], ["-o", "yaml"]], 1, 2),
    (["stats", "-a", "-s", "0"], STATS_FORMATS, 1, 3), (["statsp", "-s", "0"], STATS_FORMATS, 1, 3),
    (["metricsp"], [[], ["-o", "yaml"]], 1, 3), (["metricdescs"], [[], ["-o", "yaml"]], 1, 2),
    (["imagefsinfo"], [[], ["-o", "yaml"], ["-o", "table"]], 1, 2), (["net"], [[], ["-o", "json"], ["-o", "wide"]], 3, 3),
    (["snapshot"], [[], ["-o", "out.json"]], 3, 8), (["preflight"], REPORT_FORMATS, 4, 4),
    (["preflight", "--to", "1.6.12"], REPORT_FORMATS, 4, 2), (["doctor"], REPORT_FORMATS, 8, 5),
    (["doctor", "--deep"], REPORT_FORMATS, 8, 2), (["doctor", ID], [[], ["-o", "json"], ["-o", "yaml"]], 8, 4),
    (["doctor", "web"], [[], ["-o", "json"]], 8, 2), (["verify", "--before", "before.json"], REPORT_FORMATS, 4, 8),
    (["top", "--once"], [[], ["--pods"]], 1, 3), (["logs", ID], [[], ["--tail", "3"], ["--previous"]], 1, 3),
    (["events"], [[], ["-o", "table"], ["-o", "yaml"], ["-o", "json"], ["-o", "jsonpath={.containerId}"]], 2, 4),
    (["runtime-config"], [[]], 1, 1), (["wait", "--stable", "0", "-t", "500ms"], [[], ["-o", "json"]], 2, 1),
    (["pull", "busybox"], [[]], 1, 1), (["rmi", "busybox"], [[]], 1, 1), (["stop", ID], [[]], 1, 1),
    (["rm", ID], [[], ["-f"]], 1, 1), (["rmp", ID], [[], ["-f"]], 1, 1), (["stopp", ID], [[]], 1, 1),
    (["exec", "--sync", ID, "true"], [[]], 1, 1), (["diff", "before.json"], [[], ["-o", "json"]], 4, 2),
]
# Commands whose exit code shows whether each call has succeeded.
STRICT = ["ps", "pods", "images", "info", "version", "stats", "statsp", "metricsp", "metricdescs", "imagefsinfo", "snapshot",
          "verify", "runtime-config", "preflight", "net", "doctor", "top", "wait", "pull", "rmi", "stop", "rm", "rmp", "stopp"]

STATUSES = [
    [("grpc-status", "x")], [], [("grpc-status", "")], [("grpc-status", "-1")], [("grpc-status", "99")],
    [("grpc-status", "4294967296")], [("grpc-status", "2"), ("grpc-message", "%1b[31m%0a%00%ff")],
    [("grpc-status", "2"), ("grpc-message", "\x1b]0;x\x07")], [("grpc-status", "5"), ("grpc-message", "x" * 9000)],
    [("grpc-status", "13"), ("grpc-message", "%")], [("grpc-status", "14"), ("grpc-status-details-bin", "!!!")],
    [("grpc-status", "7"), ("grpc-message", b"\xff\xfe")], [("grpc-status", "8"), ("grpc-message", "a\u202eb")],
    [("grpc-status", "16"), ("x" * 300, "y" * 3000)], [("grpc-status", " 0")], [("grpc-status", "00000000000000001")],
]
HEADS = [
    [], [(":status", "500")], [(":status", "404"), ("content-type", "text/html")], [(":status", "200")],
    [(":status", "200"), ("content-type", "application/grpc+json")], [(":status", "200"), ("content-type", "text/html")],
    [(":status", "999"), ("content-type", "application/grpc")], [(":status", "x")], [("content-type", "application/grpc")],
    [(":status", "301"), ("location", "http://\x1b[31m")], h2.HEAD + [("grpc-encoding", "gzip")],
    [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "0")],
]


class Responder(h2.Behaviour):
    """Responds to every call in one of several ways; most responses of a run can be valid, so that later calls are made."""

    def __init__(self, part, rng, seconds):
        self.rng, self.lock, self.seconds, self.seed = rng, threading.Lock(), seconds, rng.getrandbits(64)
        self.calls = rng.choice(part.recordings.runtimes)
        self.schema = part.schema
        self.samples = wire.Samples(part.schema, rng)
        self.way = rng.choices(
            ["poison", "samples", "mixed", "damaged", "bytes", "shape", "frame", "status", "head", "stall", "failing", "big"],
            [50, 15, 8, 15, 3, 2, 6, 5, 3, 1, 6, 1])[0]
        self.poisoned = rng.choice([0.02, 0.1, 0.3, 1])
        # Which calls are affected: all, or each with a probability.
        self.share = rng.choice([1, 1, 0.5, 0.2])
        self.all_failed, self.interrupts, self.answered, self.counts = True, False, 0, {}
        self.large_lists = {}
        self.large = wire.shapes(rng) if self.way == "shape" else b""

    def valid(self, method, request):
        """Returns a recorded response, or a sample if nothing was recorded."""
        data, code, text = wire.Recordings.answer(self.calls, method, request)
        if code:
            return h2.Answer((), code, text)
        return h2.Answer([data])

    def called(self, connection, stream, method, request):
        with self.lock:
            # The order of calls that are made at the same time must not matter.
            key = (method, request)
            self.counts[key] = self.counts.get(key, 0) + 1
            self.rng = self.samples.random = random.Random(f"{self.seed}/{method}/{request}/{self.counts[key]}")
            answer = self.choose(method, request)
            self.answered += 1
        if answer is not None:
            connection.answer(stream, answer)
        if self.interrupts and method == "GetContainerEvents":
            # The command runs until it is interrupted; the connection is open, so this process still exists.
            time.sleep(self.seconds)
            os.kill(connection.pid, signal.SIGINT)

    def choose(self, method, request):
        """Returns the response to a call; None for no response."""
        rng, way = self.rng, self.way
        if method not in self.schema.methods or rng.random() > self.share:
            self.all_failed = False
            return self.valid(method, request)
        _, _, response, streams = self.schema.methods[method]
        if way == "failing":
            return self.failing(method, request)
        if way == "stall":
            return None
        if way in ("status", "head"):
            choices = STATUSES if way == "status" else HEADS
            fields = rng.choice(choices)
            if rng.random() < 0.3:
                fields = list(fields) + [("x-" + rng.choice(["a", "b"]), rng.randbytes(9))]
            self.all_failed = False
            if way == "status":
                return h2.Answer([self.samples.message(response)] if rng.random() < 0.5 else [], trailers=fields)
            return h2.Answer([self.samples.message(response)], head=fields)
        self.all_failed = False
        if way == "frame":
            return self.framed(response)
        data = self.content(response, method, request)
        count = rng.choice([1, 1, 1, 1, 0, 2, 5]) if streams else 1
        return h2.Answer([data] * count)

    def content(self, response, method, request):
        """Makes the bytes of one message."""
        rng, way = self.rng, self.way
        if way == "mixed":
            way = rng.choice(["samples", "damaged", "bytes", "valid"])
        if way == "bytes":
            return rng.randbytes(rng.choice([0, 1, 10, 1000, 100000]))
        if way == "shape":
            return self.large
        if way == "big":
            if response not in self.large_lists:
                self.large_lists[response] = b"".join(self.samples.message(response) for _ in range(60))
            return self.large_lists[response]
        recorded = wire.Recordings.answer(self.calls, method, request)[0]
        if way == "poison":
            return self.samples.poison(response, recorded, self.poisoned)
        if way == "damaged":
            return wire.damage(recorded or self.samples.message(response), rng)
        return recorded if way == "valid" else self.samples.message(response)

    def framed(self, response):
        """Makes a response whose messages and prefixes do not fit together."""
        rng = self.rng
        data = self.samples.message(response)
        choice = rng.randrange(9)
        if choice == 0:
            return h2.Answer(body=h2.message(data, length=rng.choice([0, 1, len(data) + 1, 2**31, 2**32 - 1, 2**26 + 1])))
        if choice == 1:
            return h2.Answer(body=h2.message(data, compressed=rng.choice([1, 2, 255])))
        if choice == 2:
            return h2.Answer(body=h2.message(data) + rng.randbytes(rng.randrange(1, 9)))
        if choice == 3:
            return h2.Answer(body=h2.message(data)[:rng.randrange(5 + len(data))])
        if choice == 4:
            return h2.Answer([data] * rng.choice([2, 3, 400]))
        if choice == 5:
            return h2.Answer(body=h2.message(b"") * rng.choice([1, 10, 20000]))
        if choice == 6:
            return h2.Answer([], 0)
        if choice == 7:
            return h2.Answer(body=h2.message(data), trailers=[("grpc-status", "0")] * rng.choice([2, 90]))
        return h2.Answer(body=rng.randbytes(rng.choice([1, 4, 5, 6, 100])))

    def failing(self, method, request):
        """Makes a response that is certainly not a success."""
        rng = self.rng
        body = self.valid(method, request).body
        choice = rng.randrange(6)
        if choice == 0:
            return h2.Answer(body=body, code=rng.choice([1, 2, 3, 4, 5, 7, 9, 10, 11, 12, 13, 14, 15, 16]),
                             text=rng.choice(["x", "\x1b[31m", "%41%ff", ""]))
        if choice == 1:
            return h2.Answer(body=b"\x00\x00\x00\x00\x09abc")
        if choice == 2:
            return h2.Answer(body=b"\x01" + body[1:] if body else b"\x01\x00\x00\x00\x00")
        if choice == 3:
            return h2.Answer(body=body, trailers=[])
        if choice == 4:
            return h2.Answer([b"\x0a\xff"])
        return h2.Answer(body=body, head=[(":status", "503")], trailers=[("x", "y")])


@common.part
class Responses(common.Part):
    """Runs every command that reads against a hostile runtime."""

    name = "responses"
    summary = "responses of a hostile runtime to every command that reads"

    def __init__(self, setting):
        super().__init__(setting)
        self.schema, self.recordings, self.servers, self.before = wire.Schema(), wire.Recordings(), {}, b"{}"
        self.weights = [weight for _, _, _, weight in COMMANDS]
        self.memories = {}
        self.lock = threading.Lock()

    def server(self, runner):
        """Returns the runtime of a runner."""
        with self.lock:
            if runner not in self.servers:
                self.servers[runner] = h2.Runtime(os.path.join(runner.root, "runtime.sock"))
            return self.servers[runner]

    def close(self):
        for server in self.servers.values():
            server.close()

    def measure(self, runner):
        """Measures the peak memory of each command against an intact runtime, and takes a snapshot of it."""
        server = self.server(runner)
        for words, formats, _, _ in COMMANDS:
            for form in formats[:2]:
                intact = Responder(self, common.generator(0, self.name, 0), 0.1)
                intact.share, intact.interrupts, intact.calls = -1, words[0] == "events", self.recordings.runtimes[-1]
                server.begin(intact)
                arguments = self.words(runner, words + form, "5s")
                result = self.start(runner, common.Case(arguments, files={"before.json": self.before}))
                server.drop()
                if words + form == ["snapshot"]:
                    self.before = result.stdout
                self.memories[words[0]] = max(self.memories.get(words[0], SMALL), result.memory)

    @staticmethod
    def words(runner, words, timeout):
        return ["--timeout", timeout, "-r", os.path.join(runner.root, "runtime.sock")] + words

    def start(self, runner, case):
        runner.write(case.files)
        case.before = common.listing(runner.place)
        result = runner.run([self.setting.cri] + case.arguments, case.environment, stdin=case.stdin, seconds=case.timeout + 2)
        with self.lock:
            self.codes["signal" if result.code is None else result.code] += 1
        return result

    def attack(self, runner, rng, number):
        words, formats, spare, _ = rng.choices(COMMANDS, self.weights)[0]
        form = rng.choice(formats)
        behaviour = Responder(self, rng, 0.03)
        behaviour.interrupts = words[0] == "events"
        known = rng.choice(behaviour.samples.ids[:5])
        recorded = [request for (_, request) in behaviour.calls if request and len(request) > 60]
        if rng.random() < 0.5 and recorded:
            known = wire.read_fields(rng.choice(recorded))[0][1]
            known = known.decode("latin-1") if isinstance(known, bytes) and known.isalnum() else "web"
        words = [known if word is ID else word for word in words] + form
        # Without limits of their own, these wait as long as the runtime acknowledges HTTP/2 frames.
        if behaviour.way == "stall" and words[0] == "pull":
            words = ["pull", "--pull-timeout", "300ms"] + words[1:]
        if behaviour.way == "stall" and words[:2] == ["exec", "--sync"]:
            words = ["exec", "--sync", "--timeout", "1s"] + words[2:]
        # The details of all objects may take ten times as long.
        timeout = "300ms" if behaviour.way in ("stall", "big") else "1500ms"
        spare += 12 if behaviour.way == "shape" else 0
        case = common.Case(self.words(runner, words, timeout), command=words[0], timeout=2 + spare)
        if "before.json" in words:
            case.files = {"before.json": self.before}
        case.secrets = [SECRET] if words[0] in ("snapshot", "net", "doctor", "preflight", "verify", "ps", "pods") else []
        unchecked = ()
        # These commands report on stdout.
        case.quiet = words[0] in ("doctor", "preflight", "verify", "diff", "net")
        if words[0] == "doctor" and words[1:2] and not words[1].startswith("-"):
            # The history of one pod has the exit codes of the commands that show objects.
            case.codes = common.documented_codes("")
        case.raw = words[0] in ("logs", "exec") or any("template" in word or "jsonpath" in word for word in form)
        # The exposition format has no escapes for control characters.
        case.raw = case.raw or "prometheus" in form
        case.writes = {"out.json": lambda content: content.rstrip().endswith(b"}")}
        if words[0] == "exec":
            # The command's stderr is printed unchanged, too.
            case.codes, unchecked = set(range(256)), ("control", "length", "silence")
        if "nagios" in form:
            case.codes = {0, 1, 2, 3}
        if words[0] == "events":
            case.codes = common.documented_codes("") | {130}
        if words[0] in STRICT and behaviour.way == "failing":
            case.check = lambda result: self.check_failure(behaviour, result, words, form)
        result = self.attempt(runner, case, behaviour)
        faults = [fault for fault in self.judge(runner, case, result) if fault[0] not in unchecked]
        faults += self.check_content(runner, behaviour, result, words, form)
        return 1, [(kind, f"{text} [{behaviour.way}] {' '.join(words)[:80]}", case, result) for kind, text in faults]

    def check_content(self, runner, behaviour, result, words, form):
        """Reads the output as other programs do, compares a snapshot with itself, and looks for a verdict that is wrong."""
        # After a limit or a timeout, a document may be incomplete.
        wrong = None if result.code in (None, 10, 11) else formats.check(words, form, result.stdout)
        faults = [("format", wrong)] if wrong else []
        if words[0] == "snapshot" and result.code == 0:
            name = os.path.join(runner.place, "saved.json")
            if "out.json" in words:
                os.rename(os.path.join(runner.place, "out.json"), name)
            else:
                with open(name, "wb") as file:
                    file.write(result.stdout)
            again = runner.run([self.setting.cri, "diff", "--all", name, name], seconds=8)
            if again.code != 0:
                faults.append(("snapshot", f"cri diff of a snapshot with itself: {again.code}: {again.stderr[-200:]!r}"))
        if words[0] == "verify" and result.code == 0 and behaviour.share == 1 and "nagios" not in form and \
                behaviour.way in ("samples", "bytes", "shape", "failing"):
            # None of the pods of the snapshot can be among what the runtime lists.
            faults.append(("false success", "nothing is lost, although the runtime lists other pods"))
        return faults

    def attempt(self, runner, case, behaviour):
        """Runs a case against a behaviour; a run that takes too long is repeated once, with new responses."""
        server = self.server(runner)
        for _ in range(2):
            behaviour.counts = {}
            server.begin(behaviour)
            result = self.start(runner, case)
            case.size = server.drop()
            if not result.timed_out:
                break
        return result

    @staticmethod
    def check_failure(behaviour, result, words, form):
        """No command may report success if every call has failed."""
        if behaviour.all_failed and behaviour.answered and result.code == 0 and "github" not in form:
            return [("false success", "exit code 0 although every call failed")]
        return []

    def judge(self, runner, case, result):
        small = self.memories.get(case.command, SMALL)
        faults = list(common.judge_end(case, result)) + list(common.judge_output(case, result))
        faults += common.judge_files(runner.place, case)
        limit = case.factor * case.input_size() + common.SPARE_MEMORY
        if result.memory - small > limit:
            faults.append(("memory", f"{result.memory - small} bytes more than a small run, limit {limit}"))
        if case.check:
            faults += case.check(result)
        return faults
