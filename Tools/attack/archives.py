"""Part `archives`: `cri cp` out of and into a container whose `tar` writes hostile tar streams.

Beside the destination is a canary: a tree of files outside of it, which no copy may change, and to which links of the stream
point. A successful copy may write below its destination only.
"""

import hashlib
import os
import stat
import threading

import common
import server_stream as stream
import sessions
import spdy
import wire

BLOCK = 512


def header(name, size=0, kind=b"0", link=b"", mode=0o644, **changes):
    """Encodes a header block of a tar stream; `changes` replaces other fields, such as magic or checksum."""
    def octal(value, width):
        return b"%0*o\0" % (width - 1, value)

    block = bytearray(BLOCK)

    def put(at, data, width):
        block[at:at + width] = data[:width].ljust(width, b"\0")

    put(0, name, 100)
    put(100, octal(mode, 8), 8)
    put(108, changes.get("uid", octal(0, 8)), 8)
    put(116, changes.get("gid", octal(0, 8)), 8)
    put(124, octal(size, 12), 12)
    put(136, changes.get("mtime", octal(1700000000, 12)), 12)
    put(156, kind, 1)
    put(157, link, 100)
    put(257, changes.get("magic", b"ustar\x0000"), 8)
    put(265, b"root", 32)
    put(329, changes.get("device", octal(1, 8)), 8)
    put(337, changes.get("device", octal(5, 8)), 8)
    put(345, changes.get("prefix", b""), 155)
    put(148, b" " * 8, 8)
    put(148, changes.get("checksum", b"%06o\0 " % sum(block)), 8)
    return bytes(block)


def entry(name, content=b"", kind=b"0", **more):
    """Encodes an entry with its content."""
    return header(name, len(content), kind, **more) + content + bytes(-len(content) % BLOCK)


def record(key, value, length=None):
    """Encodes one record of an extended header."""
    body = b" " + key + b"=" + value + b"\n"
    size = len(body) + 1
    while len(str(size)) + len(body) != size:
        size += 1
    return (str(size).encode() if length is None else length) + body


def extended(rng, target, kind=b"x"):
    """Makes an extended header with hostile records."""
    digits = rng.choice([b"0", b"-1", b"9" * 30, b"007", b"1e3", b"", b"4096", b"99999999999", b"18446744073709551615"])
    records = rng.choice([
        record(b"path", target), record(b"path", b"x" * rng.choice([255, 4096, 70000, 900000])), record(b"linkpath", target),
        record(b"size", digits), record(b"mtime", rng.choice([b"1e400", b"-1", b"9" * 40, b"0.999999999999999999999", b"x"])),
        record(b"uid", digits), record(b"mode", b"04777"), record(b"SCHILY.xattr.security.capability", b"\1\0\0\2" + bytes(16)),
        record(b"GNU.sparse.major", b"1") + record(b"GNU.sparse.minor", b"0") + record(b"GNU.sparse.realsize", digits)
        + record(b"GNU.sparse.name", target), record(b"GNU.sparse.map", b"0,1," + digits + b",5"), record(b"path", b""),
        record(b"path", b"a\0b"), record(b"k" * 5000, b"v"), record(b"path", target, b"5"), record(b"path", target, b"99999999999999999999"),
        record(b"path", target, b"-3"), b"12 path=\n", b"no records", b"\n" * 100, record(b"hdrcharset", b"BINARY"),
        record(b"comment", b"x") * 20000, record(b"path", b"\x1b[31mred\x9b\xff"), record(b"charset", b"x"), bytes(600)])
    return entry(b"PaxHeaders/x", records[:rng.choice([len(records)] * 5 + [len(records) // 2])], kind)


def archive(rng, name, canary):
    """Makes a tar stream for the object `./NAME`, or for the directory `.` without a name; `canary` is the absolute path of the tree that must not change."""
    outside = canary.encode()
    root = b"./" + name if name else b"."
    escapes = [b"../canary/file", b"..", b"../../canary/file", outside + b"/file", root + b"/../../canary/new", b"/etc/x-atk",
               root + b"/link/file", root + b"/a/../../../canary/new", b"/", b".", b"", b"./", b"//x", b"..\\..\\x",
               root + b"/" + b"d/" * 300 + b"x", root + b"/\x1b[31m", root + b"/\xff", root + b"/..", b"\0", root + b"//x",
               root + b"/./..", b"./..", b"./other", root, root + b"/link/sub/new", root + b"/-rf", root + b"/nl\nx"]
    targets = [outside, outside + b"/file", b"../canary", b"../../canary", b"../canary/file", b"/etc/passwd", b".", b"..",
               b"link", b"/proc/self/root" + outside, b"\x1b[31m", b"", b"x" * 100, b"/dev/zero"]
    directory = rng.random() < 0.7
    parts = [entry(root + b"/", kind=b"5", mode=0o755) if directory else entry(root, b"content")]
    if rng.random() < 0.15:
        parts.insert(0, extended(rng, rng.choice(escapes), rng.choice([b"x", b"x", b"g"])))
    for _ in range(rng.choice([1, 2, 4, 8])):
        choice = rng.randrange(17)
        path = rng.choice([root + b"/file", root + b"/file", root + b"/a", root + b"/link"])
        if rng.random() < 0.1:
            path = rng.choice(escapes)
        target = rng.choice(targets + [root + b"/file", root + b"/link"])
        mode = rng.choice([0o644, 0o4777, 0o2755, 0o1777, 0, 0o7777, 0o100644])
        if choice == 0:
            parts.append(entry(root + b"/link", kind=b"2", link=target) + entry(root + b"/link/" + rng.choice(
                [b"file", b"new", b"sub/new", b"../x"]), b"written through the link\n"))
        elif choice == 1:
            parts.append(entry(root + b"/hard", kind=b"1", link=target))
            parts.append(entry(root + b"/hard", b"written through the hard link\n"))
        elif choice == 2:
            parts.append(entry(path, b"x", kind=rng.choice([b"3", b"4", b"6", b"7", b"D", b"M", b"V", b"N", b"S", b"\0", b"9",
                                                              b"\xff", b"A"]), mode=mode))
        elif choice == 3:
            parts.append(entry(rng.choice(escapes), b"content of an escape\n", kind=rng.choice([b"0", b"0", b"5"]), mode=mode))
        elif choice == 4:
            parts.append(extended(rng, rng.choice(escapes)) + entry(path, b"after an extended header\n"))
        elif choice == 5:
            kind = rng.choice([b"L", b"K", b"g", b"X"])
            long = rng.choice([rng.choice(escapes) + b"\0", b"x" * rng.choice([101, 5000, 2 << 20]), b""])
            parts.append(entry(b"././@LongLink", long, kind) * rng.choice([1, 1, 3]) + entry(path, b"y", link=target))
        elif choice == 6:
            size = rng.choice([b"77777777777\0", b"\x80" + bytes(10) + b"\x01", b"\xff" * 12, b"\x80\x00\x00\x00\x7f" + b"\xff" * 7,
                                  b"-0000000001\0", b"00000000009 ", b"xxxxxxxxxxxx", bytes(12), b"            ", b"\x80" + b"\xff" * 11])
            parts.append(sized(path, size, mode))
        elif choice == 7:
            parts.append(entry(path, b"z", checksum=rng.choice([b"000000\0 ", b"xxxxxx\0 ", bytes(8)])))
        elif choice == 8:
            parts.append(entry(b"tail", b"prefix", prefix=rng.choice([outside, b"..", root + b"/..", b"/", b"./", b"x" * 155])))
        elif choice == 9:
            parts.append(wire.damage(entry(path, b"damaged " * 50), rng))
        elif choice == 10:
            parts.append(entry(path, b"first") + entry(path + b"/below", b"second") + entry(path, kind=b"5"))
        elif choice == 11:
            parts.append(bytes(BLOCK) * rng.choice([1, 2, 100]) + entry(path, b"after the end\n"))
        elif choice == 12:
            deep = root + b"".join(b"/d" for _ in range(rng.choice([20, 40])))
            parts.append(entry(deep[:100], kind=b"5") + entry(root + b"/many", b"", kind=b"0") * rng.choice([1, 300]))
        elif choice == 13:
            magic = rng.choice([b"ustar  \0", bytes(8), b"ustar\x0099", b"ustar\0\0\0", b"xxxxx\x0000"])
            parts.append(entry(path, b"old", magic=magic, mode=mode))
        elif choice == 14:
            big = rng.choice([b"7777777\0", b"\xff" * 8, b"\x80" + b"\xff" * 7, b"-000001\0", b"zzzzzzz\0"])
            parts.append(entry(path, b"owner", uid=big, gid=big, mtime=rng.choice([b"\xff" * 12, b"77777777777\0", b"x" * 12])))
        elif choice == 15:
            parts.append(sparse(path, rng))
        else:
            parts.append(entry(path, rng.randbytes(rng.choice([0, 1, 511, 512, 513, 70000])), mode=mode))
    data = b"".join(parts)
    end = rng.randrange(8)
    if end == 0:
        return data[:rng.randrange(len(data) + 1)]
    if end == 1:
        return wire.damage(data + bytes(1024), rng)
    if end == 2:
        return data + bytes(1024) + rng.choice([b"x" * 5000, bytes(100000)])
    if end == 3:
        return data
    return data + bytes(rng.choice([1024, 10240]))


def sized(path, size, mode):
    """Encodes a regular file whose size field has these bytes, with one block of content."""
    block = bytearray(header(path, mode=mode))
    block[124:136] = size[:12].ljust(12, b"\0")
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + b"short content".ljust(BLOCK, b"\0")


def sparse(path, rng):
    """Encodes a file in GNU's old sparse format with a hostile map."""
    block = bytearray(header(path, 512, b"S", magic=b"ustar  \0"))
    for at in range(386, 482, 24):
        block[at:at + 12] = rng.choice([b"00000000000\0", b"77777777777\0", b"\xff" * 12])
        block[at + 12:at + 24] = rng.choice([b"00000001000\0", b"\x80" + b"\xff" * 11])
    block[483:495] = rng.choice([b"77777777777\0", b"\x80" + bytes(3) + b"\x7f" + b"\xff" * 7])
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + b"d" * 512


def tree(path):
    """Returns a digest of everything below a directory."""
    digest = hashlib.sha256()
    for base, directories, files in os.walk(path):
        directories.sort()
        for name in sorted(directories + files):
            full = os.path.join(base, name)
            facts = os.lstat(full)
            digest.update(os.fsencode(full) + repr((facts.st_mode, facts.st_uid, facts.st_nlink, facts.st_mtime_ns)).encode())
            if stat.S_ISREG(facts.st_mode):
                with open(full, "rb") as file:
                    digest.update(file.read())
    return digest.hexdigest()


class ArchiveServer(spdy.SPDYServer):
    """A container whose `tar` writes what the test wants."""

    WAYS = ["archive", "into", "plain"]
    WEIGHTS = [80, 15, 5]

    def __init__(self, rng, command, canary="/nonexistent"):
        super().__init__(rng, command)
        self.canary = canary
        self.into = self.way == "into"
        self.failed = False  # whether tar has reported a failure
        self.name = b"web"

    def session(self, host, link):
        self.count += 1
        rng = sessions.random.Random(f"{self.seed}/{self.count}")
        upgrade, rest = host.head(link)
        if upgrade.web_socket:
            return self.over_web_socket(host, link, upgrade, rng)
        self.upgraded(host, link, upgrade, rest, rng)

    def protocol(self, upgrade, rng):
        # Earlier versions have no final status, without which no copy succeeds.
        return next(name for name in upgrade.protocols if name.startswith("v4.channel"))

    def over_web_socket(self, host, link, upgrade, rng):
        name = self.protocol(upgrade, rng)
        channels = stream.WebSocketChannels(name)
        data = self.data(rng)
        pieces = [channels.send("stdout", data[at:at + 30000]) for at in range(0, len(data), 30000)]
        host.send(link, upgrade.accept(name) + b"".join(pieces) + channels.send("error", self.status(rng)) + channels.close())

    def data(self, rng):
        if self.way == "plain":
            root = b"./" + self.name
            return entry(root, kind=b"5", mode=0o755) + entry(root.rstrip(b"/") + b"/file", b"x") + bytes(1024)
        return archive(rng, self.name, self.canary)

    def status(self, rng):
        if self.way == "plain":
            return stream.SUCCESS
        status = rng.choice([stream.SUCCESS, stream.SUCCESS, stream.SUCCESS, stream.SUCCESS, stream.failure(2), b"x"])
        self.failed = self.failed or status != stream.SUCCESS
        return status

    def made(self, channels, rng):
        data = self.data(rng)
        frames = channels.opening() + [channels.send("stdout", data)]
        if rng.random() < 0.3:
            frames.append(channels.send("stderr", b"tar: \x1b[31mhostile\x07: \xff\n" * rng.choice([1, 100])))
        frames += [channels.send("error", self.status(rng)), channels.end("stdout"), channels.end("stderr"),
                   channels.end("error")]
        return b"".join(frames)


@common.part
class Archives(sessions.Sessions):
    """Copies out of and into a container with a hostile tar."""

    name = "archives"
    summary = "cri cp with the method tar, from and to a container that sends hostile tar streams"
    transport = "auto"
    behaviour = ArchiveServer

    def measure(self, runner):
        behaviour = ArchiveServer(common.generator(0, "measure", 1), "cp")
        behaviour.way = "plain"
        case = self.copy(runner, ["cp", "--method", "tar", f"{stream.CONTAINER}:/web", "dest"], {})
        result = self.session(runner, case, behaviour, 1)
        self.memories["cp"] = max(sessions.SMALL, result.memory)
        if result.code != 0 or tree(os.path.join(runner.place, "dest")) == tree("/nonexistent"):
            raise RuntimeError(f"an ordinary copy fails: {result.stderr}")

    def copy(self, runner, words, files):
        words = ["--timeout", "2s", "-r", os.path.join(runner.root, "runtime.sock")] + words
        case = common.Case(words, command="cp", timeout=4, secrets=[stream.TOKEN.encode()])
        case.files = {"canary/file": b"canary\n", "canary/sub/file": b"canary\n", "beside": b"beside\n", **files}
        case.directories, case.codes = ["dest"], {0, 1, 2, 3, 7, 10, 11}
        return case

    def attack(self, runner, rng, number):
        canary = os.path.join(runner.place, "canary")
        behaviour = ArchiveServer(rng, "cp", canary)
        files, transport = {}, rng.choice([[], [], ["-r", "spdy"], ["-r", "websocket"]])
        options = rng.choice([[], [], ["--archive"]])
        source = f"{stream.CONTAINER}:/web" + rng.choice(["", "", "/", "/."])
        behaviour.name = b"" if source.endswith(("/", ".")) else b"web"
        if behaviour.into:
            target = f"{stream.CONTAINER}:/" + rng.choice(["web", "web/", "", "tmp/x", "web/."])
            files = {"source/a": b"a" * 1000, "source/b/c": b"c"}
            words = [rng.choice(["source", "source/.", "beside", "-"]), target]
        else:
            destination = rng.choice(["dest", "dest", "dest", "dest/new", "dest/", "-", "dest/tree", "dest/link", "dest/deep/x"])
            files = rng.choice([{}, {}, {"dest/web": ("link", "../canary")}, {"dest/link": ("link", canary)},
                                   {"dest/tree/web/link": ("link", canary)}, {"dest/web/file": b"old"},
                                   {"dest/web/link/x": b"y"}])
            if destination == "dest/link":
                # A link of the caller's own that the caller names is followed.
                files = {name: content for name, content in files.items() if name != "dest/link"}
            words = [source, destination]
        case = self.copy(runner, ["cp", "--method", "tar", *options, *transport, *words], files)
        case.raw = "-" in words
        if words[0] == "-":
            case.stdin = archive(rng, b"web", canary)
        if words[-1] == "-" and rng.random() < 0.3:
            case.raw = True
        result, before, after = self.watched(runner, case, behaviour, number)
        faults = self.judge_copy(runner, case, result, before, after, destination if not behaviour.into else None)
        if result.code == 0 and behaviour.failed and not behaviour.into:
            faults.append(("false success", "exit code 0 although tar has failed"))
        return 1, [(kind, f"{text} [{behaviour.way}] {' '.join(words)}"[:200].replace(stream.CONTAINER, "C"), case, result)
                   for kind, text in faults]

    def watched(self, runner, case, behaviour, number):
        """Runs a case, and returns the result with digests of the canary before and after it."""
        marks = []
        write = runner.write

        def writing(files, directories=()):
            write(files, directories)
            marks.append(self.outside(runner, case))

        runner.write = writing
        try:
            result = self.session(runner, case, behaviour, number)
        finally:
            runner.write = write
        return result, marks[-1], self.outside(runner, case)

    @staticmethod
    def outside(runner, case):
        """Digests everything that a copy must not touch, and the names beside it."""
        place = runner.place
        return (tree(os.path.join(place, "canary")), sorted(os.listdir(place)), tree(os.path.join(place, "source")),
                sorted(os.listdir("/etc")) if os.path.exists("/etc/x-atk") else 0,
                open(os.path.join(place, "beside"), "rb").read())

    def judge_copy(self, runner, case, result, before, after, destination):
        faults = list(common.judge_end(case, result)) + list(common.judge_output(case, result))
        limit = case.factor * case.input_size() + common.SPARE_MEMORY
        if result.memory - self.memories["cp"] > limit:
            faults.append(("memory", f"{result.memory - self.memories['cp']} bytes more than a small run, limit {limit}"))
        if before != after:
            faults.append(("escape", f"something outside of the destination has changed: {before} {after}"))
        for base, directories, files in os.walk(os.path.join(runner.place, "dest")):
            for name in directories + files:
                facts = os.lstat(os.path.join(base, name))
                if facts.st_mode & 0o7000 and not stat.S_ISLNK(facts.st_mode):
                    faults.append(("mode", f"{name} has mode {facts.st_mode:o}"))
                if not (stat.S_ISREG(facts.st_mode) or stat.S_ISDIR(facts.st_mode) or stat.S_ISLNK(facts.st_mode)):
                    faults.append(("kind", f"{name} is not a file, directory or link"))
                if facts.st_nlink > 1 and stat.S_ISREG(facts.st_mode) and facts.st_ino == os.stat(
                        os.path.join(runner.place, "canary/file")).st_ino:
                    faults.append(("escape", f"{name} is a hard link to the canary"))
                if name.startswith((".cri", ".tmp")) or ".cri-" in name:
                    faults.append(("leftover", f"{name} was left behind"))
                if "--archive" not in [word.decode() for word in case.arguments] and facts.st_uid != os.geteuid():
                    faults.append(("owner", f"{name} belongs to {facts.st_uid}"))
        return faults
