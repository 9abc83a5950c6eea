"""The control API by itself: who is let in, how many at once, and how a command ends before its time."""

import json
import logging
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from serving_kit import HELLO, Gate, call, controlled, end_of, hello
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bots.serving.address import PROTOCOL, Address, published, withdraw
from bots.serving.client import reach
from bots.serving.request import Request
from bots.serving.wire import INTERRUPT, Read
from bots.settings import Settings
from brain.catalog.home import Home
from brain.errors import HomeLocked

READ = Read().encode()


def echo(request: Request) -> int:
    """Say what came in, over and over; ask for two lines; say those."""
    name = request.hello.arguments[0]
    print(f"{name}\n" * 500, end="", file=request.streams.stdout)
    lines = [request.streams.stdin.readline() for _ in range(2)]
    print(f"{name} {lines}", file=request.streams.stderr)
    return 7


def test_output_input_and_exit_code_are_carried() -> None:
    with controlled(echo) as server, call(server, hello("Ünïcode")) as client:
        output = b""
        while (message := client.recv(timeout=30)) != READ:
            output += message[1:]
        assert output.decode() == "Ünïcode\n" * 500
        client.send(b"erste Zeile\n")
        assert client.recv(timeout=30) == READ
        client.send(b"")
        output, end = end_of(client)
        assert output.decode() == "Ünïcode ['erste Zeile\\n', '']\n"
        assert (end.code, end.sentence) == (7, "")


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        ("wrong", {}, 401),
        ("", {}, 401),
        ("tökén", {}, 401),
        (None, {"Origin": "http://localhost"}, 403),
        (None, {"Host": "attacker.example"}, 403),
    ],
)
def test_only_local_programs_with_the_token_are_let_in(
    token: str | None, headers: dict[str, str], status: int
) -> None:
    ran: list[Request] = []
    with controlled(lambda request: ran.append(request) or 0) as server:
        with pytest.raises(InvalidStatus) as refused, call(server, token=token, **headers):
            pass
        assert refused.value.response.status_code == status
        assert not ran


def test_health_needs_no_token_and_says_nothing_else() -> None:
    with controlled(echo) as server, httpx.Client(trust_env=False) as http:
        base = f"http://127.0.0.1:{server.address.port}"
        well = http.get(f"{base}/healthz")
        assert (well.status_code, well.json()) == (200, {"ok": True, "version": "0"})
        assert http.get(f"{base}/healthz", headers={"Host": "attacker.example"}).status_code == 403
        assert http.get(f"{base}/command/").status_code == 404
        server.ready = False
        starting = http.get(f"{base}/healthz")
        assert (starting.status_code, starting.json()["ok"]) == (503, False)


def test_one_too_many_hears_that_it_is_busy_and_a_place_is_free_again_after_the_end() -> None:
    gate = Gate()
    with controlled(gate, at_once=1, busy_after=0.05) as server:
        with call(server) as first:
            assert gate.begun.get(timeout=30) == "ask"
            with call(server) as second:
                _, end = end_of(second)
            assert end.code == 3
            assert "busy" in end.sentence
            gate.open.set()
            assert end_of(first)[1].code == 0
        with call(server) as third:
            assert end_of(third)[1].code == 0


def test_who_waits_for_a_person_takes_no_place() -> None:
    with controlled(echo, at_once=1, busy_after=0.05) as server, call(server) as waiting:
        while waiting.recv(timeout=30) != READ:
            pass
        with call(server) as other:
            while other.recv(timeout=30) != READ:
                pass
            other.send(INTERRUPT)
            assert end_of(other)[1].code == 130


def test_an_interrupted_command_ends_where_it_may_and_frees_its_place() -> None:
    gate = Gate()
    with controlled(gate, at_once=1, busy_after=0.05) as server:
        with call(server) as client:
            gate.begun.get(timeout=30)
            client.send(INTERRUPT)
            assert end_of(client)[1].code == 130
        assert gate.ended.get(timeout=30) == "interrupted"
        gate.open.set()
        with call(server) as client:
            assert end_of(client)[1].code == 0


def test_a_client_that_dies_ends_its_command() -> None:
    gate = Gate()
    with controlled(gate) as server:
        with call(server) as client:
            gate.begun.get(timeout=30)
            client.socket.shutdown(socket.SHUT_RDWR)  # as the system does when a process is killed
        assert gate.ended.get(timeout=30) == "interrupted"


def test_after_an_interruption_there_is_time_to_clear_up() -> None:
    def tidy(request: Request) -> int:
        try:
            threading.Event().wait(0.01)
            while True:
                request.checkpoint()
        except KeyboardInterrupt:
            print("cleared up", file=request.streams.stderr)  # a second interruption would lose this
            raise

    with controlled(tidy) as server, call(server) as client:
        client.send(INTERRUPT)
        output, end = end_of(client)
        assert (output, end.code) == (b"cleared up\n", 130)


def test_an_interruption_that_comes_too_late_changes_nothing() -> None:
    gate = Gate()

    def deaf(request: Request) -> int:
        gate.begun.put("begun")
        gate.open.wait(30)
        return 5

    with controlled(deaf) as server, call(server) as client:
        gate.begun.get(timeout=30)
        client.send(INTERRUPT)
        client.ping().wait(30)  # answered once the messages before it have arrived
        gate.open.set()
        assert end_of(client)[1].code == 5


def test_stopping_ends_commands_with_a_sentence() -> None:
    gate = Gate()
    with controlled(gate) as server, call(server) as client:
        gate.begun.get(timeout=30)
        assert server.stop(30)
        _, end = end_of(client)
        assert end.code == 1
        assert "stopped" in end.sentence


@pytest.mark.parametrize("message", ["", "[]", "{}", '{"protocol": 1}', b"\x00\xff"])
def test_what_is_no_hello_is_hung_up_on(message: str | bytes) -> None:
    ran: list[Request] = []
    with controlled(lambda request: ran.append(request) or 0) as server:
        with call(server, message) as rude, pytest.raises(ConnectionClosed):
            rude.recv(timeout=30)
        assert not ran


def test_other_versions_are_told_so_on_both_sides(tmp_path: Home) -> None:
    settings = Settings(_env_file=None).model_copy(update={"home": tmp_path / "home"})
    home = Home(settings.home)
    home.prepare()
    with controlled(echo) as server:
        with call(server, replace(HELLO, protocol=99, version="9.9")) as client:
            _, end = end_of(client)
        assert end.code == 3
        assert "9.9" in end.sentence
        replace(server.address, protocol=99, version="9.9").publish(home)
        with pytest.raises(HomeLocked, match=r"9\.9"):
            reach(settings)
        server.address.publish(home)
        connection = reach(settings)
        assert connection is not None
        connection.close()


def test_an_address_that_nobody_answers_at_is_no_hindrance(tmp_path: Home) -> None:
    settings = Settings(_env_file=None).model_copy(update={"home": tmp_path / "home"})
    home = Home(settings.home)
    home.prepare()
    assert reach(settings) is None
    with controlled(echo) as server:
        stale = server.address
        replace(stale, token="another home's").publish(home)
        assert reach(settings) is None
    stale.publish(home)
    assert reach(settings) is None
    file = home.run / "control.json"
    assert file.stat().st_mode & 0o777 == 0o600
    for damaged in ("", "[]", '{"port": 1}', "\x00"):
        file.write_text(damaged, "utf-8")
        assert published(home) is None
        assert reach(settings) is None
    withdraw(home)
    assert not file.exists()


def test_a_serve_that_was_just_started_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(_env_file=None).model_copy(update={"home": tmp_path / "home"})
    home = Home(settings.home)
    opens = """
import sys; from pathlib import Path; from brain.catalog.home import Home
lock = Home(Path(sys.argv[1])).lock("citewise serve"); print("held", flush=True); sys.stdin.read()
"""
    with (
        controlled(echo) as server,
        subprocess.Popen(
            [sys.executable, "-c", opens, home.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as opening,
    ):
        assert opening.stdout is not None
        opening.stdout.readline()
        waited = SimpleNamespace(sleep=lambda _: server.address.publish(home))  # it is ready by then
        monkeypatch.setattr("bots.serving.client.time", waited)
        connection = reach(settings)
        assert connection is not None
        connection.close()
        opening.communicate()


def test_who_took_the_port_of_a_killed_server_hears_nothing(tmp_path: Home) -> None:
    settings = Settings(_env_file=None).model_copy(update={"home": tmp_path / "home"})
    home = Home(settings.home)
    home.prepare()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.2)
        Address(other.getsockname()[1], "token", ended.pid, "0", PROTOCOL, "then").publish(home)
        assert reach(settings) is None
        with pytest.raises(TimeoutError):
            other.accept()


def test_a_taken_port_is_replaced_by_a_free_one() -> None:
    with controlled(echo) as server:
        from bots.serving.control import ControlServer

        other = ControlServer(server.address.port, echo, "0", "now")
        assert other.address.port != server.address.port
        assert other.address.token != server.address.token
        assert other.stop(30)


def test_the_log_names_commands_and_nothing_that_was_asked(caplog: pytest.LogCaptureFixture) -> None:
    secret = hello("--home", "/secret/home", "ask", "secret question")
    with (
        caplog.at_level(logging.INFO),
        controlled(lambda request: 0) as server,
        call(server, secret) as client,
    ):
        end_of(client)
    lines = [record.fields for record in caplog.records if hasattr(record, "fields")]
    assert [line["command"] for line in lines if line["event"] == "command"] == ["ask"]
    assert "secret" not in json.dumps(lines)
    assert isinstance(server.address, Address)
