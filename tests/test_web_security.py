"""Guards of the local server: who may see and do what, and from where."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
import threading

import pytest

pytest.importorskip("starlette", reason="the extra web is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

from starlette.testclient import TestClient

from ocr_recap.batch.lock import held
from ocr_recap.messages.errors import FolderBusy, FolderDamaged
from ocr_recap.records.folder import INCOMING
from ocr_recap.web import serve as serving
from ocr_recap.web.app import application
from ocr_recap.web.inbox import Inbox
from ocr_recap.web.office import Office
from ocr_recap.web.office_options import OfficeOptions
from ocr_recap.web.recap_office import RecapOfficeOptions
from ocr_recap.web.received import MOST_BYTES
from ocr_recap.web.security import SMALL_BODY, Buckets
from ocr_recap.web.serve import first_link, listen, only_server, own_address

HOST = "127.0.0.1:8800"
CODE, OTHER = "2101142004001", "2101142004002"
JPEG = b"\xff\xd8\xff\xe0" + bytes(200)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return Office(tmp_path_factory.mktemp("office"), OfficeOptions(address=f"http://{HOST}"))


@pytest.fixture(scope="module")
def app(office):
    return application(office, [HOST])


@pytest.fixture
def browser(app, office):
    """Makes browsers; each has the session of a role, or none."""
    made = []

    def make(role=None, stations=()):
        client = TestClient(app, base_url=f"http://{HOST}", follow_redirects=False)
        client.headers["sec-fetch-site"] = "same-origin"
        if role:
            name = f"{role} {len(office.people.all())}"
            assert client.get(f"/enter/{office.people.invite(name, role, stations)[1]}").status_code == 200
        made.append(client)
        return client

    return make


def test_every_path_needs_a_session_and_the_role(app, browser):
    nobody, desk, reviewer = browser(), browser("desk", (CODE,)), browser("reviewer")
    open_to_all = {"/enter/{secret}", "/language", "/leave"}
    seen = 0
    for route in app.routes:
        if route.path in open_to_all:
            continue
        path = re.sub(r"\{[^}]*:(int|path)\}", "1", route.path)
        path = path.replace("{station}", CODE).replace("{page}", "2").replace("{name}", "numbers.csv")
        path = re.sub(r"\{[^}]*\}", "digits", path)
        method = "POST" if "POST" in route.methods else "GET"
        seen += 1
        assert nobody.request(method, path).status_code == 401, path
        if route.path.startswith(("/office", "/results")):
            assert desk.request(method, path).status_code == 403, path
            assert reviewer.request(method, path).status_code == 403, path
        if route.path.startswith(("/review", "/values")):
            assert desk.request(method, path).status_code == 403, path
        if route.path.startswith("/desk"):
            assert reviewer.request(method, path).status_code == 403, path
    assert seen > 25


def test_a_desk_sees_its_own_stations_only(browser):
    desk = browser("desk", (CODE,))
    assert desk.get("/desk").headers["location"] == f"/desk/{CODE}"
    assert desk.get(f"/desk/{CODE}").status_code == 200
    for path in (f"/desk/{OTHER}", f"/desk/{OTHER}/page/2", f"/desk/{OTHER}/whole/1.jpg", f"/desk/{OTHER}/advice"):
        assert desk.get(path).status_code == 403
    assert desk.post(f"/desk/{OTHER}/finish").status_code == 403
    assert desk.get("/desk/12345").status_code == 404


@pytest.mark.parametrize("host", ["evil.example:8800", "127.0.0.1:9", "127.0.0.1", "localhost.evil.example:8800", ""])
def test_other_names_of_this_machine_are_refused(browser, host):
    assert browser("supervisor").get("/office", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    "headers,status",
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"sec-fetch-site": None, "origin": f"http://{HOST}"}, 303),
        ({"sec-fetch-site": None, "origin": "http://evil.example"}, 403),
        ({"sec-fetch-site": None, "origin": "null"}, 403),
        ({"sec-fetch-site": None}, 403),
        ({"sec-fetch-site": "cross-site", "origin": f"http://{HOST}"}, 403),
    ],
)
def test_changes_come_from_this_server_s_own_pages(browser, headers, status):
    desk = browser("desk", (CODE,))
    for name, value in headers.items():
        desk.headers.pop(name, None)
        if value is not None:
            desk.headers[name] = value
    assert desk.post(f"/desk/{CODE}/remark", data={"text": "x"}).status_code == status


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app, office):
    client = TestClient(app, base_url=f"http://{HOST}")
    answer = client.get(f"/enter/{office.people.invite('Cookie', 'desk')[1]}")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert 'http-equiv="refresh"' in answer.text


def test_a_link_that_is_guessed_opens_nothing(browser):
    for secret in ("x", "../office", "a" * 32):
        answer = browser().get(f"/enter/{secret}")
        assert answer.status_code in (401, 404)
        assert "set-cookie" not in answer.headers


def test_every_answer_has_the_headers_and_pages_name_the_hashes_of_their_scripts(browser):
    supervisor = browser("supervisor")
    for path in ("/office", "/desk", "/review", "/values", "/nothing", "/guide.pdf"):
        answer = supervisor.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "http:" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("content", [b"", b"GIF89a" + bytes(50), b"<html>", b"PK\x03\x04" + bytes(50)])
def test_what_is_no_photo_is_refused_with_a_next_step(browser, office, content):
    desk = browser("desk", (CODE,))
    answer = desk.post(
        f"/desk/{CODE}/photo", files={"photo": ("x.jpg", content)}, headers={"accept": "application/json"}
    )
    assert answer.status_code == 409
    assert len(answer.text) > 30
    assert office.received.of_station(CODE) == []


def test_names_of_uploads_lead_nowhere(browser, office):
    desk = browser("desk", (OTHER,))
    answer = desk.post(f"/desk/{OTHER}/photo", files={"photo": ("../../../etc/x.jpg", JPEG)})
    assert answer.status_code == 303
    (upload,) = office.received.of_station(OTHER)
    assert re.fullmatch(rf"{INCOMING}/{OTHER}/[0-9]{{8}}-[0-9]{{6}}-[0-9a-f]{{8}}\.jpg", upload.path)
    assert (office.folder / upload.path).read_bytes() == JPEG
    loose = office.received.take(JPEG + b"1", "../../..\\evil\n.jpg")
    assert loose.path.startswith(f"{INCOMING}/inbox/")
    assert (office.folder / loose.path).resolve().is_relative_to(office.folder.resolve() / INCOMING)


def test_large_bodies_are_refused_with_and_without_their_length(browser):
    desk = browser("desk", (CODE,))
    assert desk.post(f"/desk/{CODE}/remark", content=b"x" * (3 * SMALL_BODY)).status_code == 413

    def parts(size):
        yield b"text="
        yield from (b"x" * 1024 for _ in range(size // 1024))

    form = {"content-type": "application/x-www-form-urlencoded"}
    assert desk.post(f"/desk/{CODE}/remark", content=parts(3 * SMALL_BODY), headers=form).status_code == 413
    assert desk.post(f"/desk/{CODE}/remark", content=parts(SMALL_BODY), headers=form).status_code == 303
    assert desk.post(f"/desk/{CODE}/photo", headers={"content-length": str(MOST_BYTES * 2)}).status_code == 413


def test_the_report_is_served_and_nothing_beside_it(browser, office):
    (office.folder / "report.html").write_text("<title>report</title>")
    (office.folder / "secret.html").write_text("x")
    supervisor = browser("supervisor")
    assert supervisor.get("/results/report.html").status_code == 200
    for path in (
        "secret.html",
        "office.sqlite",
        "templates/x.yaml",
        "crops/../../office.sqlite",
        "%2e%2e/x.html",
        "run.json",
    ):
        assert supervisor.get(f"/results/{path}").status_code == 404
    (office.folder / "report.html").unlink()


def test_one_address_has_so_many_requests_a_second():
    now = [0.0]
    buckets = Buckets(clock=lambda: now[0], burst=3, per_second=1)
    assert [buckets.take("a") for _ in range(4)] == [True, True, True, False]
    assert buckets.take("b")
    now[0] += 2
    assert [buckets.take("a") for _ in range(3)] == [True, True, False]
    for index in range(5000):
        buckets.take(str(index))
    assert len(buckets._left) <= 1024


def test_who_asks_too_often_is_told_how_long_to_wait(office):
    client = TestClient(application(office, [HOST]), base_url=f"http://{HOST}")
    answers = [client.get("/static/none") for _ in range(600)]
    refused = [one for one in answers if one.status_code == 429]
    assert refused
    assert {one.headers.get("retry-after") for one in refused} == {"1"}
    assert {one.headers.get("retry-after") for one in answers if one not in refused} == {None}


def test_answers_are_sent_without_delay():
    listening = listen(0, lan=False)
    (opened,) = listening.sockets

    async def option() -> int:
        accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            taken = writer.get_extra_info("socket")
            accepted.set_result(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(connected, sock=opened):
            _, writer = await asyncio.open_connection(*opened.getsockname())
            found = await accepted
            writer.close()
            return found

    assert asyncio.run(option())


def test_only_this_machine_is_listened_on_unless_the_network_was_asked_for():
    here = listen(0, lan=False)
    port = here.sockets[0].getsockname()[1]
    assert here.sockets[0].getsockname()[0] == "127.0.0.1"
    assert here.hosts == {f"127.0.0.1:{port}", f"localhost:{port}"}
    wide = listen(0, lan=True)
    assert wide.sockets[0].getsockname()[0] == "0.0.0.0"
    assert (own_address() is None) or any(host.startswith(own_address()) for host in wide.hosts)
    for one in (*here.sockets, *wide.sockets):
        one.close()


def test_a_used_port_is_said_and_the_first_link_is_new_with_each_start(office):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Exception, match="cannot be used") as caught:
            listen(taken.getsockname()[1], lan=False)
        assert caught.value.code == "port_unusable"
    one, two = first_link(office), first_link(office)
    assert one != two
    assert office.people.enter(one.rsplit("/", 1)[1]) is None
    assert office.people.enter(two.rsplit("/", 1)[1]) is not None


def test_going_back_after_a_change_of_language_stays_on_this_server(browser):
    for back in ("//evil.example", "/\\evil.example", "http://evil.example", "javascript:1"):
        assert browser().post(f"/language?back={back}").headers["location"] == "/"
    assert browser().post("/language?back=/review%3Farea%3D32").headers["location"] == "/review?area=32"


def test_a_station_is_found_by_its_qr_code(browser):
    import cv2
    import numpy as np
    import segno

    from ocr_recap.web.desk import station_in_qr

    code = np.array([list(row) for row in segno.make_qr(f"TPS {CODE}").matrix], dtype=np.uint8)
    picture = np.pad(np.kron(255 * (1 - code), np.ones((8, 8), np.uint8)), 60, constant_values=255)
    content = cv2.imencode(".png", picture)[1].tobytes()
    assert station_in_qr(content) == CODE
    desk = browser("desk")
    assert (
        desk.post("/desk/scan/photo", files={"photo": ("x.png", content)}).headers["location"]
        == f"/desk?station={CODE}"
    )
    blank = cv2.imencode(".png", np.full_like(picture, 255))[1].tobytes()
    assert desk.post("/desk/scan/photo", files={"photo": ("x.png", blank)}).status_code == 409
    assert desk.post("/desk/scan/photo", files={"photo": ("x.png", b"no photo")}).status_code == 409


def test_photos_of_a_watched_folder_are_taken_once_when_they_are_complete(office, tmp_path):
    inbox = Inbox(tmp_path, office.received)
    (tmp_path / CODE).mkdir()
    photo = tmp_path / CODE / "a.jpg"
    photo.write_bytes(JPEG[:100])
    (tmp_path / "note.txt").write_text("x")
    (tmp_path / ".hidden.jpg").write_bytes(JPEG)
    assert inbox.look() == 0
    photo.write_bytes(JPEG + b"whole")  # it is still being copied at the first look
    assert inbox.look() == 0
    assert inbox.look() == 1
    assert inbox.look() == 0
    assert Inbox(tmp_path, office.received).look() == 0
    second = Inbox(tmp_path, office.received)
    before = office.data.one("SELECT count(*) FROM uploads")[0]
    second.look()
    second.look()
    assert office.data.one("SELECT count(*) FROM uploads")[0] == before
    row = office.data.one("SELECT path, station FROM uploads ORDER BY id DESC LIMIT 1")
    assert CODE in row["path"]


class AnotherServer(threading.Thread):
    """Holds the lock of a server as another process does: a file description of its own."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.folder, self.ready, self.end = folder, threading.Event(), threading.Event()

    def run(self):
        with only_server(self.folder):
            self.ready.set()
            self.end.wait(60)

    def __enter__(self):
        self.start()
        assert self.ready.wait(60)

    def __exit__(self, *_):
        self.end.set()
        self.join()


@pytest.mark.parametrize("kind", ["results", "recap"])
def test_a_second_server_on_a_folder_is_refused(tmp_path, kind, monkeypatch):
    def no_office(*_):
        raise AssertionError("the folder was opened")

    monkeypatch.setattr(serving, "Office", no_office)
    monkeypatch.setattr(serving, "RecapOffice", no_office)
    start = {
        "results": lambda: serving.serve(tmp_path, OfficeOptions(), 0, False, str),
        "recap": lambda: serving.serve_recap(tmp_path, RecapOfficeOptions(), 0, False, str),
    }[kind]
    with AnotherServer(tmp_path):
        with pytest.raises(FolderBusy) as caught:
            start()
        with held(tmp_path):  # `read` and `apply` go on working in the folder
            pass
    assert (caught.value.code, caught.value.exit_code) == ("folder_served", 5)
    assert "Use its links" in caught.value.en
    with pytest.raises(AssertionError, match="was opened"):
        start()


@pytest.mark.slow
def test_a_killed_server_leaves_no_lock(tmp_path):
    words = [
        sys.executable,
        "-c",
        "import sys; from pathlib import Path; from ocr_recap.web.serve import only_server\n",
    ]
    words[-1] += "with only_server(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([*words, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as left:
        assert left.stdout.readline() == b"held\n"
        with pytest.raises(FolderBusy), only_server(tmp_path):
            pass
        left.kill()
    assert (tmp_path / ".serving").exists()
    with only_server(tmp_path):
        pass


def test_a_link_in_place_of_the_server_s_lock_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / ".serving").symlink_to(tmp_path / "mine.txt")
    with pytest.raises(FolderDamaged), only_server(tmp_path):
        pass
