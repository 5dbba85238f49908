"""The part `config`: hostile configuration files of cri, the runtimes, kubelet and CNI."""

import os
import shutil
import subprocess
import tempfile

import common
import mutations
from snapshots import FORMATS, ends_with_line, simulate

CRICTL = b"""# comment
runtime-endpoint: unix:///run/containerd/containerd.sock # the socket
image-endpoint: ""
timeout: 10
debug: false
pull-image-on-create: true
disable-pull-on-run: no
max-retries: 3
"""
KEYS = [
    "runtime-endpoint", "image-endpoint", "timeout", "debug", "pull-image-on-create", "disable-pull-on-run", "max-retries"
]

CONTAINERD = b"""version = 2
root = "/var/lib/containerd"
state = '/run/containerd'
imports = ["/etc/containerd/conf.d/*.toml"]
disabled_plugins = []
oom_score = -999
[grpc]
  address = "/run/containerd/containerd.sock"
  uid = 0
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.9"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/opt/cni/bin"
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = true
[[stream_processors]]
  accepts = ["a", \"\"\"b
c\"\"\", 'd', 0x10, 1e3, inf, 1979-05-27T07:32:00Z, {x = 1}]
"""
CRIO = b"""[crio]
root = "/var/lib/containers/storage"
version_file = "/run/crio/version"
version_file_persist = "/var/lib/crio/version"
internal_wipe = true
[crio.runtime]
default_runtime = "crun"
conmon_cgroup = "pod"
[crio.runtime.runtimes.crun]
runtime_root = "/run/crun"
allowed_annotations = ["io.kubernetes.cri-o.Devices"]
[crio.network]
network_dir = "/etc/cni/net.d/"
plugin_dirs = ["/opt/cni/bin/"]
"""
KUBELET = b"""apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}
cgroupDriver: systemd
clusterDNS:
  - 10.96.0.10
containerLogMaxSize: 10Mi
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
evictionHard: {memory.available: "100Mi", nodefs.available: "10%", imagefs.available: 15%}
imageGCHighThresholdPercent: 85
staticPodPath: /etc/kubernetes/manifests
runtimeRequestTimeout: 2m0s
"""
FLAGS = b"""KUBELET_KUBEADM_ARGS="--container-runtime-endpoint=unix:///run/containerd/containerd.sock --v=2"
"""
MANIFEST = b"""apiVersion: v1
kind: Pod
metadata: {name: proxy, namespace: kube-system, labels: {a: b}}
spec:
  restartPolicy: Never
  containers:
    - {name: proxy, image: localhost/busybox:1, env: [{name: PASSWORD, value: SECRET}]}
"""
NETWORK = b"""{"cniVersion": "1.0.0", "name": "net", "plugins": [
 {"type": "bridge", "bridge": "cni0", "ipam": {"type": "host-local", "dataDir": "/var/lib/cni/networks",
  "ranges": [[{"subnet": "10.42.0.0/24"}], [{"subnet": "fd00:42::/64"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
 {"type": "portmap", "capabilities": {"portMappings": true}}]}
"""
LEASE = b"a" * 64 + b"\r\neth0"
STATUS = b'{"Version": "v1", "Pid": 7, "CreatedAt": 1, "StartedAt": 1, "FinishedAt": 0, "ExitCode": 0, "Reason": ""}'

# For each file of a node: its content, and whether it is JSON.
NODE = {
    "etc/containerd/config.toml": (CONTAINERD, False),
    "etc/containerd/conf.d/10.toml": (b'version = 2\n[plugins."io.containerd.grpc.v1.cri"]\nsandbox_image = "x"\n', False),
    "etc/crio/crio.conf": (CRIO, False),
    "etc/crio/crio.conf.d/10-a.conf": (b'[crio.runtime]\ndefault_runtime = "runc"\n', False),
    "etc/cni/net.d/10-net.conflist": (NETWORK, True),
    "etc/cni/net.d/20-old.conf":
    (b'{"cniVersion": "0.3.1", "name": "old", "type": "bridge", "ipam": {"type": "host-local"}}', True),
    "etc/kubernetes/manifests/proxy.yaml": (MANIFEST, False),
    "etc/default/kubelet": (FLAGS, False),
    "var/lib/kubelet/config.yaml": (KUBELET, False),
    "var/lib/kubelet/kubeadm-flags.env": (FLAGS, False),
    "var/lib/cni/networks/net/10.42.0.18": (LEASE, False),
    "var/lib/cni/networks/net/last_reserved_ip.0": (b"10.42.0.18", False),
    "run/crio/version": (b'"1.37.0"', False),
    "var/lib/crio/version": (b'"1.37.0"', False),
}
PAIR = b'{"kind": "cniCacheV1", "containerId": "ID", "ifName": "eth0", "networkName": "cbr42", ' \
    b'"cniArgs": [["K8S_POD_NAME", "web"]], "result": {"cniVersion": "1.0.0", ' \
    b'"interfaces": [{"name": "eth0", "sandbox": "/var/run/netns/x"}], "ips": [{"address": "10.42.0.2/24"}]}}'
# The records of each pod and container, whose IDs replace ID; the same for CRI-O.
RECORDS = {
    "containerd": {
        "var/lib/containerd/io.containerd.grpc.v1.cri/containers/ID/status": (STATUS, True),
        "run/containerd/io.containerd.runtime.v2.task/k8s.io/ID/address": (b"unix:///run/shim.sock", False),
        "run/containerd/io.containerd.runtime.v2.task/k8s.io/ID/bootstrap.json":
        (b'{"version": 3, "address": "unix:///run/shim.sock", "protocol": "ttrpc"}', True),
        "run/containerd/io.containerd.runtime.v2.task/k8s.io/ID/shim-binary-path":
        (b"/usr/bin/containerd-shim-runc-v2", False),
        "var/lib/cni/results/cbr42-ID-eth0": (PAIR, True),
        "var/lib/cni/networks/cbr42/10.42.0.N": (b"ID\r\neth0", False)
    },
    "crio": {
        "var/lib/containers/storage/overlay-containers/ID/userdata/config.json":
        (b'{"ociVersion": "1.2.0", "annotations": {}}', True),
        "var/lib/containers/storage/overlay-containers/ID/userdata/state.json": (b'{"pid": 7, "status": "running"}', True),
        "var/lib/cni/results/cbr42-ID-eth0": (PAIR, True),
        "var/lib/cni/networks/cbr42/10.42.0.N": (b"ID\r\neth0", False)
    },
}


@common.part
class Configs(common.Part):
    """Configuration files of cri itself, and of a node for preflight (--root) and doctor."""

    name = "config"
    summary = "hostile crictl.yaml, and hostile files of containerd, CRI-O, kubelet and CNI for preflight and doctor"
    mounts = {"/etc": "etc", "/var/lib": "var-lib", "/run": "run"}

    def __init__(self, setting):
        super().__init__(setting)
        self.directory = tempfile.mkdtemp(prefix="attack-config-")
        self.servers, self.sockets, self.ids = [], {}, {}
        # The name of the runtime's executable determines which files it reads.
        for name in ("containerd", "crio"):
            shutil.copy(setting.sim, os.path.join(self.directory, name))
        for name, (program, options) in self.runtimes().items():
            server, self.sockets[name] = simulate(setting, self.directory, name, *options, program=program)
            self.servers.append(server)
            words = [
                subprocess.run([setting.cri, "-r", self.sockets[name], *command], capture_output=True, check=True).stdout
                for command in (["pods", "-q", "--no-trunc"], ["ps", "-aq", "--no-trunc"])
            ]
            self.ids[name] = b" ".join(words).split()[:12]
        self.own = {}  # the socket of each runner's own simulator, which sees the runner's mounts

    def runtimes(self):
        """Returns the program and the options of each simulated runtime."""
        recordings = os.path.join(common.REPOSITORY, "Tests/Support/Recordings")
        found = {"generated": (os.path.join(self.directory, "containerd"), ["--pods", "2"])}
        for name, folder in (("containerd-1.6", "containerd-1.6.20"), ("containerd-2", "containerd-2.4"), ("crio",
                                                                                                           "cri-o-1.37")):
            found[name] = (os.path.join(self.directory,
                                        name.split("-")[0]), ["--recording", f"{recordings}/{folder}/before-restart.jsonl"])
        return found

    def prepare(self, runner):
        path = os.path.join(self.directory, f"own{len(self.own)}.sock")
        program, options = self.runtimes()["containerd-2"]
        self.servers.append(runner.serve([program, "--socket", path, *options], path))
        self.own[runner] = path

    def close(self):
        for server in self.servers:
            server.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def ordinary(self):
        return [
            common.Case(["-r", self.sockets["generated"], "preflight", "--root", "."]),
            common.Case(["-r", self.sockets["crio"], "preflight", "--root", "."]),
            common.Case(["-r", next(iter(self.own.values())), "doctor"])
        ]

    def attack(self, runner, rng, number):
        kind = rng.random()
        if kind < 0.35:
            return self.own_file(runner, rng)
        if kind < 0.55:
            return self.change(runner, rng)
        return self.node(runner, rng, kind < 0.92)

    def judged(self, runner, case):
        """Runs and judges a case."""
        result = self.run(runner, case)
        if result is None:
            return 0, [], None
        return 1, [(kind, text, case, result) for kind, text in self.judge(runner, case, result)], result

    def own_file(self, runner, rng):
        """A hostile file that is only read."""
        content = mutations.document(rng,
                                     CRICTL.replace(b"/run/containerd/containerd.sock", self.sockets["generated"].encode()))
        command = rng.choice([["version"], ["config", "--list"], ["config", "--get",
                                                                     rng.choice(KEYS)], ["pods", "-q"]])
        timeout = ["-t", "1s"] if rng.random() < 0.7 else []
        files = {"crictl.yaml": content}
        if rng.random() < 0.5:
            case = common.Case(["-c", "crictl.yaml", *timeout, *command], command=command[0], files=files)
        else:
            case = common.Case([*timeout, *command],
                               command=command[0],
                               files=files,
                               environment={"CRI_CONFIG_FILE": "crictl.yaml"})
        if not timeout:
            case.timeout = 20 if b"timeout: 10" in content else 8
        return self.judged(runner, case)[:2]

    def change(self, runner, rng):
        """A changed value must be what is read afterwards, and all other values must stay."""
        content = mutations.document(rng, CRICTL) if rng.random() < 0.6 else CRICTL
        key = rng.choice(KEYS)
        value = mutations.word(rng,
                               rng.choice([b"10", b"true", b"unix:///run/x.sock", b"a # b", b"'a'", b'"a', b"a: b"]))
        settings = {"command": "config", "files": {"crictl.yaml": content}, "writes": {"crictl.yaml": ends_with_line}}
        option = ["--set", key.encode() + b"=" + value] if rng.random() < 0.7 else [key, value]
        before = runner_values(self, runner, content)
        runs, faults, result = self.judged(runner, common.Case(["-c", "crictl.yaml", "config", *option], **settings))
        if result is None:
            return runs, faults
        if result.code == 0:
            case = common.Case(["-c", "crictl.yaml", "config", *option], **settings)
            with open(os.path.join(runner.place, "crictl.yaml"), "rb") as file:
                after = runner_values(self, runner, file.read())
            runs += 2
            if after is None or before is None or len(after) != len(before):
                faults.append(("file", "the changed configuration cannot be read", case, result))
            elif any(old != new and not new.startswith(key.encode()) for old, new in zip(before, after)) and \
                    not (option[0] == "--set" and b"," in value):
                faults.append(("file", f"a different key than {key} was changed: {before} {after}", case, result))
        else:
            with open(os.path.join(runner.place, "crictl.yaml"), "rb") as file:
                if file.read() != content:
                    faults.append(("file", "the file was changed although the command failed",
                                   common.Case(["-c", "crictl.yaml", "config", *option], **settings), result))
        return runs, faults

    def node(self, runner, rng, is_preflight):
        """Hostile files of a node. Some of them are missing, and one or two are hostile."""
        name = rng.choice(list(self.sockets)) if is_preflight else "containerd-2"
        runtime = "crio" if name == "crio" else "containerd"
        secret = b"%016x" % rng.getrandbits(64)
        known = dict(NODE)
        for number, identity in enumerate(self.ids[name]):
            for path, (content, is_json) in RECORDS[runtime].items():
                path = path.replace("ID", identity.decode()).replace("N", str(number + 2), 1) if path.endswith("N") else \
                    path.replace("ID", identity.decode())
                known[path] = (content.replace(b"ID", identity), is_json)
        files = {path: content.replace(b"SECRET", secret) for path, (content, _) in known.items() if rng.random() < 0.95}
        relevant = [path for path in known if "cni" in path or "kube" in path or ("crio" in path) == (runtime == "crio")]
        if rng.random() < 0.6:
            relevant = [path for path in relevant if path in NODE]
        for path in rng.sample(relevant, rng.choice([1, 1, 2])):
            content, is_json = known[path]
            files[path] = mutations.document(rng, content.replace(b"SECRET", secret), is_json)
            if rng.random() < 0.02:
                files[path] = ("link",
                               rng.choice([path, "/dev/zero", "/proc/self/environ", "..", "/", "/dev/tty", "nowhere"]))
            if path.endswith("18") and rng.random() < 0.3:
                files[path.replace("10.42.0.18", f"name{rng.randrange(99)}\x1b[1m")] = LEASE
        output = ["-o", rng.choice(FORMATS)] if rng.random() < 0.6 else []
        # docs/limits.md limits the size of these files, but not the memory for their values.
        if is_preflight:
            target = ["--to", rng.choice(["2.1.4", "1.7.0", "1.38.0", "v1.31.2+k3s1", "1.6.12"])
                      ] if rng.random() < 0.5 else []
            case = common.Case(["-t", "2s", "-r", self.sockets[name], "preflight", "--root", ".", *target, *output],
                               command="preflight",
                               files=files,
                               secrets=[secret],
                               factor=80)
        else:
            moved = {"../" + path.replace("var/lib/", "var-lib/", 1): content for path, content in files.items()}
            case = common.Case(["-t", "2s", "-r", self.own[runner], "doctor", *output],
                               command="doctor",
                               files=moved,
                               secrets=[secret],
                               timeout=4,
                               factor=80)
        return self.judged(runner, case)[:2]


def runner_values(part, runner, content):
    """Returns the lines of `config --list`, or None if the file is not a configuration."""
    result = part.run(runner, common.Case(["-c", "crictl.yaml", "config", "--list"], files={"crictl.yaml": content}))
    return result.stdout.splitlines()[1:] if result and result.code == 0 else None
