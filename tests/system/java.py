"""A Kafka broker and a Flink for the system test: each one Java process, with ports and a folder of its own."""

import json
import re
import socket
import string
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from servers import Postgres, Server, ServerFailed, found  # noqa: E402

STATEMENT_LIMIT = 90  # seconds; the first ones load the planner
ANSWER_LIMIT = 30
POLL_INTERVAL = 0.1


def free_ports(count):
    """Held together until all are known, so that they differ."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


class JavaServer(Server):
    """`jars` is a folder; `heap` the most that the program may take, as 256m."""

    heap = ""
    start_limit = 120

    def __init__(self, jars, folder):
        self.jars = jars
        super().__init__(folder)

    def owner(self):
        return None  # ourselves: the cache may be closed to everybody else

    def java(self, *words):
        # Neither needs the second compiler within its minute, and the machine has others to serve.
        # fmt: off
        return ["nice", "-n", "5", found("java", "./dev test-system"), f"-Xmx{self.heap}", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                "-Duser.timezone=UTC", f"-Djava.io.tmpdir={self.folder}", "-cp", f"{self.jars}/*", *words]
        # fmt: on

    def close(self):
        # A shell's background job ignores SIGINT, and so would Java.
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
        super().close()


class Kafka(JavaServer):
    """One process that is broker and controller. Topics are made when they are first written, with one partition."""

    name = "kafka"
    heap = "256m"
    cluster_id = "A" * 21 + "Q"  # sixteen bytes in base64; any will do

    def prepare(self):
        self.port, self.controller = free_ports(2)
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller}",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "num.partitions": 1,
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 1,
            "log.dirs": self.folder / "logs",
        }
        self.settings = self.folder / "server.properties"
        self.settings.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        self.run(self.java("kafka.tools.StorageTool", "format", "-t", self.cluster_id, "-c", str(self.settings)))

    def command(self):
        return self.java("kafka.Kafka", str(self.settings))

    @property
    def brokers(self):
        return f"127.0.0.1:{self.port}"

    def kcat(self, *words, **options):
        return subprocess.run(
            [found("kcat", "./dev test-system"), "-b", self.brokers, *words], capture_output=True, text=True, **options
        )

    def answers(self):
        return self.kcat("-L", "-m", "1", stdin=subprocess.DEVNULL).returncode == 0

    def produce(self, topic, lines):
        done = self.kcat("-P", "-t", topic, input="".join(lines), timeout=ANSWER_LIMIT)
        if done.returncode != 0:
            raise ServerFailed(f"kcat could not write to {topic}: {done.stderr.strip()}")

    def make_topic(self, topic):
        """By writing what no reader takes for an event: a tombstone."""
        done = self.kcat("-P", "-t", topic, "-Z", "-K", ":", input="begin:\n", timeout=ANSWER_LIMIT)
        if done.returncode != 0:
            raise ServerFailed(f"kcat could not make the topic {topic}: {done.stderr.strip()}")

    def values(self, topic):
        """Of all committed messages."""
        # fmt: off
        done = self.kcat("-C", "-t", topic, "-o", "beginning", "-e", "-q", "-X", "isolation.level=read_committed",
                         timeout=ANSWER_LIMIT, stdin=subprocess.DEVNULL)
        # fmt: on
        if done.returncode != 0:
            raise ServerFailed(f"kcat could not read {topic}: {done.stderr.strip()}")
        return [line for line in done.stdout.splitlines() if line]


class PostgresOnPort(Postgres):
    """Java's driver knows no unix sockets."""

    def prepare(self):
        (port,) = free_ports(1)
        self.port = str(port)
        super().prepare()

    def command(self):
        return [word.replace("listen_addresses=", "listen_addresses=127.0.0.1") for word in super().command()]

    @property
    def url(self):
        return f"jdbc:postgresql://127.0.0.1:{self.port}/{self.account}?user={self.account}"


LOGGING = """\
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss.SSS} %-5p %c{1} %m%n
logger.metrics.name = org.apache.flink.metrics
logger.metrics.level = ERROR
logger.client.name = org.apache.flink.client.cli
logger.client.level = ERROR
"""


def statements(sql):
    """The statements of a script. One ends with a `;` at the end of a line; a statement set, which has such lines in it, with
    `END;`."""
    collected = []
    for line in re.sub(r"--.*", "", sql).splitlines():
        if line.strip() or collected:
            collected.append(line.rstrip())
        in_set = bool(collected) and collected[0].startswith("EXECUTE STATEMENT SET")
        if collected and (line.strip() == "END;" if in_set else line.rstrip().endswith(";")):
            statement = "\n".join(collected)
            yield statement if in_set else statement.removesuffix(";")
            collected = []
    if collected:
        raise ValueError(f"the script ends within a statement: {collected[0]}")


class Flink(JavaServer):
    """The SQL gateway. Jobs run in a small cluster in its own process, and end with it."""

    name = "flink"
    heap = "512m"

    def prepare(self):
        (self.port,) = free_ports(1)
        (self.folder / "config.yaml").write_text("execution.target: local\n")
        (self.folder / "log4j2.properties").write_text(LOGGING)

    def command(self):
        # fmt: off
        gateway = self.java(f"-Dlog4j2.configurationFile=file:{self.folder}/log4j2.properties",
                            "org.apache.flink.table.gateway.SqlGateway",
                            "-Dsql-gateway.endpoint.rest.address=127.0.0.1",
                            f"-Dsql-gateway.endpoint.rest.port={self.port}")
        # fmt: on
        return ["env", f"FLINK_CONF_DIR={self.folder}", *gateway]

    def call(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/v1{path}", data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=ANSWER_LIMIT) as answer:
            return json.load(answer)

    def answers(self):
        try:
            return bool(self.call("/info"))
        except OSError:
            return False

    def execute(self, sql, **values):
        """Runs the statements of a script. That of a streaming job returns when the job is submitted."""
        session = self.call("/sessions", {})["sessionHandle"]
        for statement in statements(string.Template(sql).substitute(values)):
            self.execute_one(f"/sessions/{session}", statement)

    def execute_one(self, session, statement):
        operation = self.call(f"{session}/statements", {"statement": statement})["operationHandle"]
        deadline = time.monotonic() + STATEMENT_LIMIT
        while (status := self.call(f"{session}/operations/{operation}/status")["status"]) != "FINISHED":
            if status in ("ERROR", "CANCELED", "TIMEOUT", "CLOSED"):
                raise ServerFailed(f"Flink refused\n{statement}\n{self.causes(session, operation)}")
            if time.monotonic() > deadline:
                raise ServerFailed(f"Flink did not finish within {STATEMENT_LIMIT} s:\n{statement}")
            time.sleep(POLL_INTERVAL)

    def causes(self, session, operation):
        try:
            self.call(f"{session}/operations/{operation}/result/0")
        except urllib.error.HTTPError as error:
            text = "\n".join(json.load(error).get("errors", []))
            return "\n".join(re.findall(r"Caused by: .*", text)) or text[:2000]
        return ""
