"""Sends packets that no sane program sends, from responders' port and from others, to the group and to the server.

After each hundred comes a proper question, whose answer shows that the server has read what came before and lives.
Arguments: the own address, the server's address, how many packets, the seed. Prints how many questions were answered.
"""
import random
import select
import socket
import struct
import sys

here, server, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
chance = random.Random(seed)
GROUP = "224.0.0.251"


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def header(flags=0, questions=0, answers=0, authorities=0, more=0):
    return struct.pack(">HHHHHH", chance.randrange(65536), flags, questions, answers, authorities, more)


def question(text, kind, of_class=1):
    return name(text) + struct.pack(">HH", kind, of_class)


def record(text, kind, data, ttl=120, of_class=0x8001):
    return name(text) + struct.pack(">HHIH", kind, of_class, ttl, len(data)) + data


OURS = ["miller.local", "Miller._xmpp-client._tcp.local", "_xmpp-client._tcp.local", "_xmpps-client._tcp.miller.local"]
KINDS = [1, 6, 10, 12, 16, 28, 33, 41, 43, 46, 47, 50, 52, 255, 257, 61000]

# What others may say about their own names; nothing here claims a name of ours.
SANE = [
    lambda: header(0, 2) + question(chance.choice(OURS), 255) + question("printer.local", 1),
    lambda: header(0, 1, 1) + question(OURS[2], 12) + record(OURS[2], 12, name(OURS[1]), 28800, 1),
    lambda: header(0, 1, 0, 1) + question("printer.local", 255) + record("printer.local", 1, bytes([10, 0, 0, 9])),
    lambda: header(0x8400, 0, 1) + record("printer.local", 1, bytes([10, 0, 0, 9])),
    lambda: header(0x8400, 0, 2)
    + record("Printer._ipp._tcp.local", 33, struct.pack(">HHH", 0, 0, 631) + name("printer.local"))
    + record("Printer._ipp._tcp.local", 16, b"\x09txtvers=1"),
    lambda: header(0x8400, 0, 1) + record("printer.local", 47, name("printer.local") + bytes([0, 4, 0x40, 0, 0, 8])),
]


def flipped():
    packet = bytearray(chance.choice(SANE)())
    # Not in names: one changed letter more, and somebody else would have a name of ours by right.
    for _ in range(chance.randrange(1, 6)):
        packet[chance.choice([*range(2, 13), *range(len(packet) - 12, len(packet))])] = chance.randrange(256)
    return bytes(packet)


def cut():
    packet = chance.choice(SANE)()
    return packet[: chance.randrange(len(packet))]


def noise():
    return chance.randbytes(chance.randrange(600))


def claims_more():
    return header(chance.choice([0, 0x8400]), 65535, 65535, 65535, 65535) + question(OURS[0], 255)


def loops():
    pointer = struct.pack(">H", 0xC000 + chance.choice([12, 13, 14, 0, 0x3FFF]))
    return header(chance.choice([0, 0x8400]), 2) + b"\x06miller" + pointer + struct.pack(">HH", 255, 1) + pointer * 3


def strange_labels():
    label = chance.randbytes(63)
    return header(0, 2) + b"\x3f" + label + b"\0" + struct.pack(">HH", 1, 1) + question(OURS[0], chance.choice(KINDS))


def strange_data():
    data = chance.randbytes(chance.randrange(20))
    section = [0, 0, 0, 0]
    section[chance.randrange(1, 4)] = 1
    return header(chance.choice([0, 0x8400]), *section) + record("printer.local", chance.choice(KINDS), data)


def strange_header():
    return header(chance.randrange(65536), 1) + question(chance.choice(OURS), chance.choice(KINDS), chance.randrange(65536))


def huge():
    count = chance.choice([100, 1400])
    known = b"".join(b"\xc0\x0c" + struct.pack(">HHIHI", 1, 1, 120, 4, chance.randrange(1 << 32)) for _ in range(count // 4))
    asked = question(OURS[0], 1) + b"".join(b"\xc0\x0c" + struct.pack(">HH", chance.choice(KINDS), 0x8001) for _ in range(count - 1))
    return header(0, count, count // 4) + asked + known


MAKERS = [flipped] * 6 + [cut] * 3 + [noise] * 3 + [claims_more, loops, strange_labels] + [strange_data] * 3 + [strange_header] * 2
RARE = huge


def sender(port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(here))
    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    s.bind((here, port))
    return s


senders = [sender(5353), sender(0)]
asking = sender(0)
answered = 0
for number in range(count):
    packet = RARE() if number % 200 == 0 else chance.choice(MAKERS)()
    chance.choice(senders).sendto(packet, (chance.choice([GROUP, server]), 5353))
    if number % 100 == 99:
        asking.sendto(struct.pack(">HHHHHH", number & 0xFFFF, 0, 1, 0, 0, 0) + question("miller.local", 1), (GROUP, 5353))
        while select.select([asking], [], [], 5)[0]:
            answer = asking.recv(65535)
            if struct.unpack(">H", answer[:2])[0] == number & 0xFFFF and answer.endswith(socket.inet_aton(server)):
                answered += 1
                break
print("answered", answered, "of", count // 100, flush=True)
