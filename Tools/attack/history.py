"""The part `history`: hostile files in the state directories of cri monitor and of the systemd hooks."""

import json
import os

import common
import mutations

CAUSES = [{
    "kind": "signal",
    "signal": "SIGKILL",
    "core": False
}, {
    "kind": "exit",
    "code": 2
}, {
    "kind": "request"
}, {
    "kind": "memory"
}, {
    "kind": "unknown"
}]
VERDICTS = {"intact": 0, "lost": 1, "unverified": 3, "vacuous": 4, "failed": 3}
HOOK = os.path.join(common.REPOSITORY, "Tools/hooks/systemd/cri-hook")
# Responses for a unit that runs the hook. Every argument of `cri` and `systemctl` is harmless here.
SYSTEMCTL = b"""#!/bin/sh
case "$*" in
  *MainPID*) echo MainPID=812; echo ExecMainStartTimestampMonotonic=12345 ;;
  *ActiveState*) echo active ;;
  *ExecStartPre*) echo LoadState=loaded
    echo "ExecStartPre={ path=x ; argv[]=x/cri-hook gate containerd ; ignore_errors=no ; }" ;;
  *ExecStop*) echo LoadState=loaded; echo "x/cri-hook snapshot containerd ;"; echo "x/cri-hook verify containerd ;" ;;
  *) exit 1 ;;
esac
"""
DAEMON = b"MainPID=812 ExecMainStartTimestampMonotonic=12345 "
STATE = {
    "verdict": b"0\nrestart of containerd 1.6.20 on node-1: process 1 -> 2\nintact: 3 ready pods, nothing is lost\n",
    "daemon": DAEMON,
    "boot": b"00000000-0000-4000-8000-000000000001\n",
    "before.json": b'{"kind": "cri-snapshot", "schema": 1}\n',
    "refused": b"",
    "generation": b"verify 77 1700000000\n",
    "failed": b"a reason\n",
    "reason": b"a reason\n",
    "losses": b"loss\nloss\n",
    "complete": DAEMON,
    "new": DAEMON,
    "doubt": b"",
}


def restart(rng, number):
    """Returns an entry of the history."""
    verdict = rng.choice(list(VERDICTS))
    return {
        "noticed": f"2026-11-29T20:{number % 60:02d}:07.123456789Z",
        "verified": "2026-11-29T20:59:09Z",
        "runtime": "containerd",
        "cause": rng.choice(CAUSES),
        "planned": rng.random() < 0.5,
        "programReplaced": rng.choice([None, True, False]),
        "watched": True,
        "before": {
            "version": "1.6.20~ds1",
            "pid": 812,
            "api": "v1"
        },
        "after": rng.choice([None, {
            "version": "1.6.21",
            "pid": 4000000
        }]),
        "stateAgeSeconds": rng.choice([0, 1.9, 1e6]),
        "changesSince": rng.choice([None, 0, 3]),
        "verdict": verdict,
        "exitCode": VERDICTS[verdict],
        "findings": 0,
        "reason": "text"
    }


def schema_example(rng):
    """Returns an entry with all members that the schema requires, whatever they are called."""
    with open(os.path.join(common.REPOSITORY, "docs/schema/cri-history.1.json"), encoding="utf-8") as file:
        schema = json.load(file)

    def example(node):
        if "$ref" in node:
            return example(schema["$defs"][node["$ref"].rsplit("/", 1)[1]])
        for key in ("anyOf", "oneOf"):
            if key in node:
                return example(rng.choice(node[key]))
        if "const" in node:
            return node["const"]
        if "enum" in node:
            return rng.choice(node["enum"])
        kind = node.get("type")
        kind = rng.choice(kind) if isinstance(kind, list) else kind
        if kind == "object":
            return {name: example(member) for name, member in node.get("properties", {}).items()}
        if kind == "array":
            return [example(node["items"]) for _ in range(rng.choice([0, 1, 3]))]
        if kind == "string":
            return "2026-11-29T20:41:07.5Z" if "date-time" in str(node) or "pattern" in node else "text"
        return {"integer": 7, "number": 1.5, "boolean": True, "null": None}.get(kind)

    return example(schema)


@common.part
class History(common.Part):
    """Files that only root can write are read by commands that other programs call."""

    name = "history"
    summary = "hostile files of cri monitor and of the systemd hooks, for cri history and cri-hook status and accept"
    mounts = {"/var/lib": "var-lib", "/run": "run"}

    def ordinary(self):
        return [common.Case(["history"])]

    def case(self, rng, number):
        return self.history(rng) if number % 8 else self.hook(rng)

    def history(self, rng):
        """cri history, with the file in its default place or in $STATE_DIRECTORY."""
        document = schema_example(rng)
        if isinstance(document.get("restarts"), list) and rng.random() < 0.3:
            document["restarts"] += [restart(rng, index) for index in range(rng.choice([1, 10, 600]))]
        content = mutations.document(rng, json.dumps(document).encode(), True)
        if rng.random() < 0.02:
            content = ("link",
                       rng.choice(["/dev/zero", "history.json", "/proc/self/environ", "/dev/tty", "..", "nowhere"]))
        output = ["-o", rng.choice(["json", "text"])] if rng.random() < 0.5 else []
        if rng.random() < 0.5:
            return common.Case(["history", *output],
                               command="history",
                               files={"state/history.json": content},
                               environment={"STATE_DIRECTORY": rng.choice(["state", "state:other", "./state"])})
        return common.Case(["history", *output], command="history", files={"../var-lib/cri/history.json": content})

    def hook(self, rng):
        """cri-hook status and accept; the exit codes are those of its usage text."""
        files = {"../run/bin/systemctl": SYSTEMCTL}
        environment = {
            "PATH": "/run/bin:" + os.environ.get("PATH", "/usr/bin:/bin"),
            "CRI": self.setting.cri,
            "CRI_HOOK_CONF": "/nonexistent"
        }
        place = "../run/cri/containerd"
        if rng.random() < 0.5:
            place = "hook/containerd"
            environment["CRI_HOOK_DIR"], environment["CRI_HOOK_STATUS_DIR"] = "hook", "status"
        for name in rng.sample(list(STATE), rng.randint(1, 6)):
            content = STATE[name]
            if rng.random() < 0.6:
                content = mutations.document(rng, content)
            if rng.random() < 0.02:
                content = ("link", rng.choice([name, "/proc/self/environ", "..", "nowhere", "/dev/null"]))
            files[f"{place}/{name}"] = content
        verb = rng.choice(["status", "status", "accept"])
        codes = {0, 1, 2, 3, 4, 5} if verb == "status" else {0, 1, 2}
        writes = {
            f"hook/containerd/{name}": None
            for name in list(STATE) + ["verdict"]
        } | {
            f"status/containerd.{kind}": None
            for kind in ("status", "prom")
        }
        # Only root can write these files, so status prints the verdict unchanged.
        return common.Case([HOOK, verb, "containerd"],
                           program="/bin/sh",
                           command="cri-hook",
                           codes=codes,
                           files=files,
                           raw=True,
                           environment=environment,
                           timeout=8,
                           quiet=verb == "status",
                           factor=10,
                           writes=writes if verb == "accept" else {})

    def judge(self, runner, case, result):
        faults = super().judge(runner, case, result)
        # A hook removes files when a verdict is accepted.
        faults = [(kind, text) for kind, text in faults
                  if not (case.program and kind == "file" and text.endswith("was removed"))]
        for name in ("containerd.prom", "containerd.status"):
            for place in (os.path.join(runner.root, "run/cri-status"), os.path.join(runner.place, "status")):
                path = os.path.join(place, name)
                if os.path.exists(path):
                    with open(path, "rb") as file:
                        content = file.read()
                    if common.CONTROL.search(content) or not content.endswith(b"\n"):
                        faults.append(("control", f"the published file {name} is not text"))
        return faults
