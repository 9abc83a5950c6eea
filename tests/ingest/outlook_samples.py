"""The smallest Outlook files: compound files (MS-CFB) with the properties of a mail (MS-OXMSG)."""

import struct
from datetime import UTC, datetime
from itertools import pairwise

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SECTOR, SMALL, MINI = 512, 4096, 64


def compound(tree):
    """A compound file of nested dicts; what isn't a dict is a stream's bytes."""
    entries, bodies, mini = [["Root Entry", 5, FREE, FREE, END, 0]], [], bytearray()

    def add(children):
        numbers = []
        # Siblings stand in the order of length, then of letters; each has the next to its right.
        for name in sorted(children, key=lambda name: (len(name), name.upper())):
            number = len(entries)
            entries.append([name, 2, FREE, FREE, END, 0])
            numbers.append(number)
            if isinstance(children[name], dict):
                entries[number][1], entries[number][3] = 1, add(children[name])
            elif len(children[name]) < SMALL:
                entries[number][4:] = [len(mini) // MINI, len(children[name])]
                mini.extend(children[name] + bytes(-len(children[name]) % MINI))
            else:
                bodies.append((number, children[name]))
        for number, following in pairwise(numbers):
            entries[number][2] = following
        return numbers[0] if numbers else FREE

    entries[0][3] = add(tree)
    chains = []
    sectors = bytearray()

    def place(data):
        start, count = len(chains), -(-len(data) // SECTOR)
        chains.extend([*range(start + 1, start + count), END] if count else [])
        sectors.extend(data + bytes(-len(data) % SECTOR))
        return start if count else END

    for number, data in bodies:
        entries[number][4:] = [place(data), len(data)]
    entries[0][4:] = [place(bytes(mini)), len(mini)]
    small = []
    # In the order in which they were put there, which is not that of the entries.
    for start, size in sorted(
        (start, size) for _, kind, *_, start, size in entries if kind == 2 and 0 < size < SMALL
    ):
        small += [*range(start + 1, start + -(-size // MINI)), END]
    mini_sectors = -(-len(small) * 4 // SECTOR)
    mini_start = place(struct.pack(f"<{len(small)}I", *small).ljust(mini_sectors * SECTOR, b"\xff"))
    listing = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBBIII36xIQ", len(name) * 2 + 2, kind, 1, FREE, right, child, start, size)
        for name, kind, right, child, start, size in entries
    )
    listing_start = place(listing)
    tables = 1
    while (len(chains) + tables) * 4 > tables * SECTOR:
        tables += 1
    first = len(chains)
    chains.extend([FAT] * tables)
    sectors.extend(struct.pack(f"<{len(chains)}I", *chains).ljust(tables * SECTOR, b"\xff"))
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6),
        *(0, tables, listing_start, 0, SMALL, mini_start, mini_sectors, END, 0),
    )
    places = [first + n if n < tables else FREE for n in range(109)]
    return head + struct.pack("<109I", *places) + bytes(sectors)


def properties(head, texts=(), fixed=(), binaries=()):
    """A folder's streams: texts and binaries by their numbers, numbers and moments in the common stream."""
    found = {
        f"__substg1.0_{number:04X}001F": text.encode("utf-16-le") for number, text in dict(texts).items()
    }
    found |= {f"__substg1.0_{number:04X}0102": data for number, data in dict(binaries).items()}
    entries = b"".join(struct.pack("<HHIQ", 3, number, 6, value) for number, value in dict(fixed).items())
    return {**found, "__properties_version1.0": bytes(head) + entries}


def ticks(moment):
    return int((moment - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10**7


def mail_tree(texts=None, *, people=(), attachments=(), inner=False, fixed=None, binaries=()):
    """A mail; `people` are (1 for To or 2 for Cc, name, address), attachments folders of `attached`."""
    said = {0x001A: "IPM.Note", 0x0037: "Pool hours", 0x0C1A: "Mara Lind", 0x5D01: "mara@example.org"}
    said[0x1000] = "The pool is closed on Mondays.\r\n"
    known = {0x0039: ticks(datetime(2024, 3, 5, 9, 30, tzinfo=UTC))}
    tree = properties(24 if inner else 32, said | (texts or {}), known | (fixed or {}), binaries)
    for number, (kind, name, address) in enumerate(people):
        tree[f"__recip_version1.0_#{number:08X}"] = properties(
            8, {0x3001: name, 0x39FE: address}, {0x0C15: kind}
        )
    for number, folder in enumerate(attachments):
        tree[f"__attach_version1.0_#{number:08X}"] = folder
    return tree


def attached(name, data, *, method=1, kind=""):
    """A file, or a mail within the mail where `data` is its tree."""
    texts = {0x3707: name, 0x370E: kind}
    if isinstance(data, dict):
        return {**properties(8, texts, {0x3705: 5}), "__substg1.0_3701000D": data}
    return properties(8, texts, {0x3705: method}, {0x3701: data} if data is not None else {})


def msg_file(*args, **options):
    return compound(mail_tree(*args, **options))
