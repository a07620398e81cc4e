"""Runs a command in a network of its own and records every packet that it tries to send.

`unshare --user --map-root-user --net --mount python recorder.py REPORT COMMAND...`: within, all addresses lead to the
loopback device, where a raw socket sees all that is sent; a resolver there answers every name with an address, so that
whoever asks for a name goes on to connect. REPORT becomes a file of JSON: the names that were asked for, and each
packet's protocol and place.
"""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ALL = 3  # ETH_P_ALL
IPV4, IPV6 = 0x0800, 0x86DD
UDP = 17
LAST = b"ocr_recap: all that the command sent has been recorded"  # content of the packet that ends a recording


def main() -> int:
    report, command = Path(sys.argv[1]), sys.argv[2:]
    network()
    packets: list[str] = []
    names: list[str] = []
    ear = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL))
    ear.bind(("lo", 0))
    resolver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    resolver.bind(("127.0.0.1", 53))
    listener = threading.Thread(target=listen, args=(ear, packets), daemon=True)
    listener.start()
    threading.Thread(target=answer, args=(resolver, names), daemon=True).start()
    status = subprocess.run(command, check=False).returncode
    # Packets are seen in their order: once the last one is, all that the command sent has been noted.
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(LAST, ("127.0.0.1", 9))
    listener.join(60)
    if listener.is_alive():
        raise SystemExit("the last packet was not seen within a minute")
    report.write_text(json.dumps({"names": names, "packets": packets}))
    return status


def network() -> None:
    """Bring the loopback device up, lead everything there, and make it the place of the resolver."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "route", "add", "local", "0.0.0.0/0", "dev", "lo"], check=True)
    subprocess.run(["ip", "-6", "route", "add", "local", "::/0", "dev", "lo"], check=False)  # where there is IPv6
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write("nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", file.name, "/etc/resolv.conf"], check=True)
    Path(file.name).unlink()


def listen(ear: socket.socket, packets: list[str]) -> None:
    """Note every packet that is sent, up to `LAST`."""
    while True:
        content, (_, kind, direction, *_) = ear.recvfrom(65535)
        if direction != socket.PACKET_OUTGOING:
            continue
        if content.endswith(LAST):
            return
        if kind == IPV4 and len(content) >= 24:
            place = socket.inet_ntoa(content[16:20])
            start = 4 * (content[0] & 15)
            packets.append(f"protocol {content[9]} to {place}:{struct.unpack_from('!H', content, start + 2)[0]}")
        elif kind == IPV6:
            packets.append(f"protocol {content[6]} to {socket.inet_ntop(socket.AF_INET6, content[24:40])}")


def answer(resolver: socket.socket, names: list[str]) -> None:
    """Answer each question (RFC 1035) with 192.0.2.1, an address that nobody has (RFC 5737)."""
    while True:
        asked, who = resolver.recvfrom(4096)
        parts, place = [], 12
        while asked[place]:
            parts.append(asked[place + 1 : place + 1 + asked[place]].decode("ascii", "replace"))
            place += 1 + asked[place]
        names.append(".".join(parts))
        kind = asked[place + 1 : place + 3]
        found = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04" + socket.inet_aton("192.0.2.1")
        has_answer = kind == b"\x00\x01"
        head = asked[:2] + b"\x81\x80" + asked[4:6] + struct.pack("!HHH", has_answer, 0, 0)
        resolver.sendto(head + asked[12 : place + 5] + (found if has_answer else b""), who)


if __name__ == "__main__":
    sys.exit(main())
