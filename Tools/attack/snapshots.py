"""The part `snapshots`: hostile snapshot files and reports for verify and diff."""

import glob
import json
import os
import subprocess
import tempfile

import common
import mutations

DESCRIPTION = b"""
runtime: {name: containerd, version: 1.6.12}
images: [localhost/pause:1, localhost/busybox:1]
pods:
  - {name: web, ips: [10.42.0.18, "fd00:42::12"], labels: {app: web}, annotations: {note: text},
     containers: [{name: web, image: localhost/busybox:1},
                  {name: side, image: localhost/busybox:1, state: exited, exitCode: 3}]}
  - {name: dns, namespace: kube-system, ips: [10.42.0.3], containers: [{name: dns, image: localhost/busybox:1, restarts: 2}]}
  - {name: proxy, namespace: kube-system, hostNetwork: true, containers: [{name: proxy, image: localhost/busybox:1}]}
  - {name: job, state: notready, containers: [{name: job, image: localhost/busybox:1, state: exited}]}
"""
FORMATS = ["table", "json", "yaml", "junit", "tap", "nagios", "prometheus", "github"]
SCENARIOS = ["auto", "restart", "upgrade", "wipe", "reboot", "migrate", "kubelet-restart"]


def simulate(setting, directory, name, *options, program=None):
    """Starts cri-sim (or a copy under a different name), and returns the server and the path of its socket."""
    path = os.path.join(directory, name + ".sock")
    return common.Server([program or setting.sim, "--socket", path, *options], path), path


def ends_with_line(content):
    """Whether a document is complete: every format ends with a line feed."""
    return content.endswith(b"\n")


def is_json(content):
    """Whether a JSON document is complete."""
    try:
        json.loads(content)
        return True
    except ValueError:
        return False


@common.part
class Snapshots(common.Part):
    """Two snapshots, of which one or both are hostile."""

    name = "snapshots"
    summary = "hostile snapshots for verify and diff, with all report formats"

    def __init__(self, setting):
        super().__init__(setting)
        self.bases = []
        recordings = os.path.join(common.REPOSITORY, "Tests/Support/Recordings/schema-1")
        for before in sorted(glob.glob(recordings + "/before-*.json")):
            after = before.replace("before-", "after-")
            pair = [open(path, "rb").read() for path in (before, after) if os.path.exists(path)]
            self.bases.append((pair[0], pair[-1]))
        with tempfile.TemporaryDirectory() as directory:
            for index, options in enumerate((None, ["--pods", "2"], ["--hostile", "--pods", "1"])):
                if options is None:
                    options = ["--description", os.path.join(directory, "nodes.yaml")]
                    with open(options[1], "wb") as file:
                        file.write(DESCRIPTION)
                state = os.path.join(directory, f"{index}.state")
                documents = []
                for _ in range(2):
                    server, socket = simulate(setting, directory, str(index), *options, "--state", state, "--on-restart",
                                              "lose-ips")
                    try:
                        run = subprocess.run([setting.cri, "-r", socket, "snapshot"], capture_output=True, check=False)
                        documents.append(run.stdout)
                    finally:
                        server.close()
                if all(is_json(document) for document in documents):
                    self.bases.append(tuple(documents))

    def ordinary(self):
        before, after = self.bases[0]
        return [
            common.Case(["diff", "b", "a"], files={
                "b": before,
                "a": after
            }),
            common.Case(["verify", "--before", "b", "--after", "a", "-o", "json"], files={
                "b": before,
                "a": after
            })
        ]

    def case(self, rng, number):
        before, after = rng.choice(self.bases)
        which = rng.random()
        if which < 0.2:
            after = before
        if which < 0.65:
            after = mutations.document(rng, after, True)
        if which > 0.55:
            before = mutations.document(rng, before, True)
        files, writes, stdin = {"b": before, "a": after}, {}, b""
        names = ["b", "a"]
        if rng.random() < 0.1:
            files.pop("b")
            names[0], stdin = "-", before
        # Snapshots: "Reading it takes at most ten times its size plus 16 MiB."
        settings = {"files": files, "writes": writes, "stdin": stdin, "factor": 10}
        if rng.random() < 0.4:
            options = rng.sample([["--all"], ["-o", rng.choice(["json", "text"])]], rng.randint(0, 2))
            return common.Case(["diff", *sum(options, []), *names],
                               command="diff",
                               check=self.json_check(sum(options, []), (0, 1)),
                               **settings)
        arguments = ["verify", "--before", names[0], "--after", names[1]]
        if rng.random() < 0.8:
            arguments += ["-o", rng.choice(FORMATS)]
        if rng.random() < 0.4:
            arguments += ["--scenario", rng.choice(SCENARIOS)]
        if rng.random() < 0.15:
            kind = rng.choice(FORMATS)
            arguments += ["--report", f"{kind}=report"]
            writes["report"] = is_json if kind == "json" else ends_with_line
            if rng.random() < 0.5:
                files["report"] = b"an earlier report\n"
        for option, values in (("--fail-on", ["critical", "major",
                                              "minor"]), ("--namespace", ["default", "kube-system", "\x1b[1m"]),
                               ("--pod", ["web", "dns", "no", "\u202ea"]), ("--ignore", ["pod.ip", "N5"])):
            if rng.random() < 0.07:
                arguments += [option, rng.choice(values)]
        if rng.random() < 0.05:
            arguments.append("--warn-only")
        return common.Case(arguments, command="verify", check=self.json_check(arguments, (0, 1, 3, 4)), **settings)

    @staticmethod
    def json_check(options, codes):
        """Returns a check that output in JSON is valid JSON."""
        if "json" not in options or options[options.index("json") - 1] != "-o":
            return None

        def check(result):
            if result.code in codes and not is_json(result.stdout):
                return [("document", "stdout is not a JSON document")]
            return []

        return check
