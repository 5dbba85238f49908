"""The part `pods`: hostile files of pods, containers and logins, and hostile lists of pods."""

import base64
import json
import os
import re
import shutil
import tempfile

import common
import mutations
from snapshots import DESCRIPTION, is_json, simulate

POD = {
    "metadata": {"name": "web", "namespace": "default", "uid": "u1", "attempt": 1},
    "hostname": "web", "log_directory": "/nowhere/logs",
    "dns_config": {"servers": ["10.96.0.10"], "searches": ["cluster.local"], "options": ["ndots:5"]},
    "port_mappings": [{"protocol": 0, "container_port": 80, "host_port": 8080, "host_ip": "127.0.0.1"},
                      {"protocol": "UDP", "containerPort": 53}],
    "labels": {"app": "web", "a/b": "c"}, "annotations": {"note": "text"},
    "linux": {"cgroup_parent": "/x", "security_context": {
        "namespace_options": {"network": "NODE", "pid": 1, "ipc": "POD"}, "run_as_user": {"value": 1000},
        "supplemental_groups": [1, 2],
        "seccomp": {"profile_type": "RuntimeDefault"}, "readonly_rootfs": True, "privileged": False},
        "sysctls": {"net.core.somaxconn": "1"},
        "resources": {"cpu_period": 100000, "memory_limit_in_bytes": "9223372036854775807"}},
}
CONTAINER = {
    "metadata": {"name": "main"}, "image": {"image": "localhost/busybox:1", "annotations": {"a": "b"}},
    "command": ["/bin/sh", "-c"],
    "args": ["sleep 100"], "working_dir": "/", "envs": [{"key": "PASSWORD", "value": "SECRET"}, {"key": "A", "value": "b"}],
    "mounts": [{"container_path": "/data", "host_path": "/srv", "readonly": True, "propagation": "PROPAGATION_BIDIRECTIONAL",
                "uidMappings": [{"host_id": 0, "container_id": 1, "length": 4294967295}]}],
    "devices": [{"container_path": "/dev/x", "host_path": "/dev/null", "permissions": "rwm"}],
    "labels": {"app": "web"}, "annotations": {"a": "b"},
    "log_path": "main/0.log", "stdin": False, "tty": False, "CDI_devices": [{"name": "vendor.com/gpu=0"}],
    "linux": {"resources": {"cpu_shares": 512, "oom_score_adj": -1000,
                            "hugepage_limits": [{"page_size": "2MB", "limit": 18446744073709551615}],
                            "unified": {"memory.high": "1"}},
              "security_context": {"capabilities": {"add_capabilities": ["ALL"]}, "masked_paths": ["/proc/kcore"],
                                   "run_as_username": "x"}},
}
LOGIN = {
    "auths": {"localhost": {"auth": "LOGIN"}, "localhost:5000/team": {"username": "u", "password": "SECRET"},
              "https://index.docker.io/v1/": {"identitytoken": "SECRET"}},
    "credHelpers": {"gcr.io": "gcloud"}, "credsStore": "", "HttpHeaders": {"X": "y"},
}
PODS = {
    "apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "Pod",
         "metadata": {"name": name, "namespace": namespace, "uid": f"u-{name}",
                      "ownerReferences": [{"kind": "ReplicaSet", "name": "web", "controller": True}],
                      "annotations": {"kubernetes.io/config.source": "api"}, "creationTimestamp": "2024-01-31T12:00:00Z"},
         "spec": {"restartPolicy": "Always", "nodeName": "node-1", "terminationGracePeriodSeconds": 30,
                  "containers": [{"name": name, "image": "localhost/busybox:1", "env": [{"name": "P", "value": "SECRET"}],
                                  "restartPolicyRules": [
                                      {"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}]}],
                  "initContainers": [{"name": "init", "image": "i", "restartPolicy": "Always"}]},
         "status": {"phase": "Running", "qosClass": "BestEffort", "podIPs": [{"ip": "10.42.0.18"}]}}
        for name, namespace in (("web", "default"), ("dns", "kube-system"), ("job", "default"))]}


def as_yaml(tree, depth=0):
    """Returns a tree as YAML in block style."""
    space = "  " * depth
    if isinstance(tree, dict) and tree:
        return "".join(f"{space}{key}:" + (f" {json.dumps(item)}\n" if not isinstance(item, (dict, list)) or not item else
                                           "\n" + as_yaml(item, depth + 1)) for key, item in tree.items())
    if isinstance(tree, list) and tree:
        return "".join(f"{space}- {json.dumps(item)}\n" for item in tree)
    return f"{space}{json.dumps(tree)}\n"


@common.part
class Pods(common.Part):
    """Files that describe pods, containers and logins; lists of pods for --pods."""

    name = "pods"
    summary = "hostile files for runp, create, run and pull, hostile logins, and hostile lists for --pods"
    every = 400  # the number of cases after which the simulated runtime is started again, because its pods accumulate

    def __init__(self, setting):
        super().__init__(setting)
        self.directory = tempfile.mkdtemp(prefix="attack-pods-")
        self.description = os.path.join(self.directory, "pods.yaml")
        with open(self.description, "wb") as file:
            file.write(DESCRIPTION)
        self.servers = {}

    def prepare(self, runner):
        server, socket = simulate(self.setting, self.directory, f"sim{len(self.servers)}", "--description", self.description)
        pod = runner.run([self.setting.cri, "-r", socket, "pods", "-q"]).stdout.split()[0].decode()
        before = runner.run([self.setting.cri, "-r", socket, "snapshot"]).stdout
        self.servers[runner] = [server, socket, pod, before, 0]

    def renew(self, runner):
        """Starts the simulated runtime of a runner again after many cases."""
        entry = self.servers[runner]
        entry[4] += 1
        if entry[4] % self.every == 0:
            entry[0].close()
            entry[0], _ = simulate(self.setting, self.directory, os.path.basename(entry[1])[:-5], "--description",
                                   self.description)
            entry[2] = runner.run([self.setting.cri, "-r", entry[1], "pods", "-q"]).stdout.split()[0].decode()

    def close(self):
        for entry in self.servers.values():
            entry[0].close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def ordinary(self):
        socket = next(iter(self.servers.values()))[1]
        files = {"p": json.dumps(POD).encode(), "c": json.dumps(CONTAINER).encode()}
        return [common.Case(["-r", socket, "run", "c", "p"], files=files), common.Case(["-r", socket, "snapshot"])]

    def content(self, rng, tree, secret):
        """Returns a tree as a hostile document with a secret in it; in YAML or JSON."""
        login = base64.b64encode(b"user:" + secret).decode()
        tree = json.loads(json.dumps(tree).replace("SECRET", secret.decode()).replace("LOGIN", login))
        if tree.get("kind") != "List" and "auths" not in tree and rng.random() < 0.4:
            return mutations.document(rng, as_yaml(tree).encode())
        return mutations.document(rng, json.dumps(tree, indent=1).encode(), True)

    def attack(self, runner, rng, number):
        self.renew(runner)
        _, socket, pod, before, _ = self.servers[runner]
        secret = b"s3cr%016x" % rng.getrandbits(64)
        valid = {"p": json.dumps(POD).encode(), "c": json.dumps(CONTAINER).replace("SECRET", secret.decode()).encode()}
        start = ["-t", "2s", "-r", socket]
        kind, strict = rng.random(), ["--strict"] if rng.random() < 0.15 else []
        settings = {"secrets": [secret]}
        if kind < 0.2:
            case = common.Case([*start, "runp", *strict, "p"], command="runp", files={"p": self.content(rng, POD, secret)},
                               **settings)
        elif kind < 0.4:
            files = {"c": self.content(rng, CONTAINER, secret), "p": valid["p"]}
            case = common.Case([*start, "create", "--with-pull", *strict, pod, "c", "p"], command="create", files=files,
                               **settings)
        elif kind < 0.55:
            files = {"c": self.content(rng, CONTAINER, secret), "p": self.content(rng, POD, secret)}
            case = common.Case([*start, "run", *strict, "c", "p"], command="run", files=files, **settings)
        elif kind < 0.75:
            case = self.pull(rng, start, secret)
        else:
            pods = self.content(rng, PODS, secret)
            if pods.count(secret) != len(re.findall(b'value"?: "' + secret + b'"', pods)):
                settings = {}  # it is the name of something now, which a snapshot contains
            files, stdin, name = ({}, pods, "-") if rng.random() < 0.3 else ({"pods.json": pods}, b"", "pods.json")
            if kind < 0.85:
                case = common.Case([*start, "snapshot", "--pods", name, "-o", "s"], command="snapshot", files=files,
                                   stdin=stdin, writes={"s": is_json}, factor=10, **settings)
            else:
                files["b"] = before
                output = rng.choice(["table", "json"])
                case = common.Case(["verify", "--before", "b", "--after", "b", "--pods", name, "-o", output],
                                   command="verify", files=files, stdin=stdin, factor=10, **settings)
        if rng.random() < 0.1:
            case.arguments.insert(0, b"-D")
            case.lines = 400
        result = self.run(runner, case)
        if result is None:
            return 0, []
        # A password as the name of a helper, which is printed, is the user's own mistake.
        result.stderr = re.sub(rb"docker-credential-[^,]*", b"docker-credential-", result.stderr)
        return 1, [(kind, text, case, result) for kind, text in self.judge(runner, case, result)]

    def pull(self, rng, start, secret):
        """A hostile file with logins, or hostile logins on the command line."""
        image = rng.choice(["localhost/busybox:1", "localhost:5000/team/x", "busybox", "gcr.io/x/y",
                               "localhost/busybox@sha256:" + "a" * 64])
        if rng.random() < 0.1:
            image = mutations.word(rng, image.encode())
        content = self.content(rng, LOGIN, secret)
        name, variables = rng.choice([
            ("auth.json", {"REGISTRY_AUTH_FILE": "auth.json"}), (".docker/config.json", {"HOME": "."}),
            (".dockercfg", {"HOME": "."}),
            ("containers/auth.json", {"XDG_RUNTIME_DIR": "."}), ("config.json", {"DOCKER_CONFIG": "."})])
        words, files = [], {name: content}
        if rng.random() < 0.2:
            words = ["--creds", b"user:" + secret + mutations.word(rng, b"x")[:5000]]
        elif rng.random() < 0.1:
            words = ["--auth", mutations.word(rng, base64.b64encode(b"user:" + secret))[:5000]]
        return common.Case([*start, "pull", "--pull-timeout", "2s", *words, image], command="pull", files=files,
                           environment=variables, secrets=[secret, base64.b64encode(b"user:" + secret)])
