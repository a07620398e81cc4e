# pyright: basic
"""Checks a bundle of sealed statements without ocr_recap: python verify.py BUNDLE [--roll ROLL] [--json]

It needs Python 3.11 and the package cryptography. BUNDLE is a folder or a zip; ROLL is the officials' roll of keys, as
you trust it. Do not run a verify.py that came with a bundle. docs/reference/sealed-files.md of ocr_recap has the codes.
Exit code: 0 all holds, 1 something does not (also: no roll, so that nobody vouches for the keys), 2 wrong use.
"""

import argparse
import base64
import json
import os
import re
import sys
import time
import zipfile
from collections import defaultdict
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ROLES = {"station": ["station"], "reviewer": [], "receiver": ["receipt"], "recap": ["recap", "receipt"]}
ROLES |= {"plenary": ["minutes", "recap", "receipt"]}  # whoever has a role may seal decisions and heads as well
HASH, TIME = re.compile("[0-9a-f]{64}"), re.compile("[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}Z")
TAGS = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "roll.json", "verify.py"}
BAGIT = rb"BagIt-Version: (0\.97|1\.0)\r?\nTag-File-Character-Encoding: UTF-8(\r?\n)?"
INSIDE = re.compile(r"(?!\.{1,2}(/|$))[^\\:\0\n\r/]+(/(?!\.{1,2}(/|$))[^\\:\0\n\r/]+)*")  # a name below its folder
LINES = re.compile(r"statements/.*\.intoto\.jsonl")
PARSING, MIB = (KeyError, TypeError, ValueError, AttributeError, IndexError), 1 << 20


class Refused(Exception):
    """Something is not as it must be; its text is the code of the finding."""


def canonical(value):
    """The one form of signed JSON: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def parse(content, exact=True):
    """JSON without a key twice; `exact`: whole numbers only, in the canonical form."""

    def once(items):
        if len(dict(items)) != len(items):
            raise Refused("doubled_key")
        return dict(items)

    number = str if exact else float
    try:
        value = json.loads(content.decode(), object_pairs_hook=once, parse_float=number, parse_constant=number)
    except (ValueError, RecursionError):
        raise Refused("not_json") from None
    with suppress(ValueError):
        if not exact or canonical(value) == content:
            return value
    raise Refused("not_canonical")


def key_id(public):
    """The id of a public key."""
    return sha256(canonical({"keytype": "ed25519", "keyval": {"public": public}, "scheme": "ed25519"})).hexdigest()


def fits(public, signature, content):
    """Whether a signature is by this key."""
    with suppress(InvalidSignature, ValueError):
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, content)
        return True
    return False


class Check:
    """A bundle, and what was found in it: `found` has pairs of code and place."""

    def __init__(self):
        self.found, self.renamed, self.hashes, self.texts, self.statements = set(), set(), {}, {}, []

    def run(self, bundle, trusted):
        """Check a bundle by the versions of a roll; without any nobody vouches for the keys."""
        self._read_files(self._folder(bundle) if bundle.is_dir() else self._archive(zipfile.ZipFile(bundle)))
        self._check_bag()
        self._read_statements()
        self._check_subjects()
        claimed = self.read_roll(self.texts["roll.json"]) if "roll.json" in self.texts else []
        same = [mine["content"] == other["content"] for mine, other in zip(trusted, claimed, strict=False)]
        if not all(same):
            self._note(sha256(claimed[0]["content"]).hexdigest(), roll_foreign=not same[0])
            self._note(str(same.index(False) + 1), roll_forked=same[0])
        self.known = claimed if all(same) and len(claimed) > len(trusted) else trusted
        self.roll = self.known if trusted else []
        self.id = sha256(self.known[0]["content"]).hexdigest() if self.known else "-"
        self.holders = self.known[-1]["holders"] if self.known else {}
        self._check_chains()
        self._check_rights()
        self._check_people()

    def _note(self, where, **codes):
        where = " ".join(re.findall("....", where[:16])) if HASH.fullmatch(where) else where
        self.found.update((code, where) for code, is_so in codes.items() if is_so)

    def _folder(self, path):
        files = {}
        for folder, folders, names in os.walk(path):
            for one in (Path(folder, name) for name in (*folders, *names)):
                name, is_file = one.relative_to(path).as_posix(), one.is_file() and not one.is_symlink()
                is_large = is_file and one.stat().st_size > 1024 * MIB
                self._note(name, bomb=is_large, link=not is_file and (one.is_symlink() or not one.is_dir()))
                files |= {name: lambda one=one: one.open("rb")} if is_file and not is_large else {}
        return files

    def _archive(self, archive):
        files = {}
        for info in (info for info in archive.infolist() if not info.is_dir()):
            name, size, most = info.orig_filename, info.file_size, max(MIB, 100 * max(info.compress_size, 1))
            faults = {"path_outside": not INSIDE.fullmatch(name), "link": info.external_attr >> 28 not in (0, 8)}
            faults |= {"bag_malformed": info.flag_bits & 1 or name in files, "bomb": size > min(most, 1024 * MIB)}
            first = dict([(code, is_so) for code, is_so in faults.items() if is_so][:1])
            self._note(name, **first)
            files |= {} if first else {name: lambda info=info: archive.open(info)}
        tops = {name.partition("/")[0] for name in files}
        top = f"{min(tops)}/" if len(tops) == 1 and "bagit.txt" not in files else ""
        return {name.removeprefix(top): files[name] for name in files}

    def _read_files(self, files):
        for name, opened in files.items():
            keep = not name.startswith("data/") or re.search("/(codes/|document-|decisions-)[^/]*$", name)
            digest, content, size, most = sha256(), bytearray(), 0, (64 if keep else 1024) * MIB
            try:
                with opened() as file:
                    while size <= most and (chunk := file.read(MIB)):
                        size += len(chunk)
                        digest.update(chunk)
                        content += chunk if keep else b""
            except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError):
                self._note(name, bag_malformed=True)
                continue
            self._note(name, bomb=size > most)
            if size <= most:
                self.hashes[name], self.texts[name] = digest.hexdigest(), bytes(content)

    def _check_bag(self):
        refused, listed = {where for _, where in self.found}, {}
        self._note("bagit.txt", bag_malformed=not re.fullmatch(BAGIT, self.texts.get("bagit.txt", b"")))
        for file, is_data in (("manifest-sha256.txt", True), ("tagmanifest-sha256.txt", False)):
            *lines, rest = self.texts.get(file, b"?").decode("utf-8", "replace").split("\n")
            pairs = [match.groups() for line in lines if (match := re.fullmatch("([0-9a-f]{64}) [ *]?(.+?)\r?", line))]
            digests = {re.sub("%(0A|0D|25)", lambda m: chr(int(m[1], 16)), name): digest for digest, name in pairs}
            self._note(file, bag_malformed=rest or len(digests) != len(lines))
            for name in digests if len(digests) == len(lines) and not rest else ():
                is_good = INSIDE.fullmatch(name) and name.startswith("data/") == is_data
                self._note(name, path_outside=not is_good)
                listed |= {name: digests[name]} if is_good else {}
        added = {name for name in self.hashes if name not in listed and name != "tagmanifest-sha256.txt"}
        by_hash = {self.hashes[name]: name for name in sorted(added)}
        for name in sorted(listed):
            is_lost, new = name not in self.hashes and name not in refused, by_hash.get(listed[name])
            self.renamed |= {name, new} if is_lost and new else set()
            self._note(name, file_renamed=is_lost and new, file_missing=is_lost and not new)
            self._note(name, file_changed=self.hashes.get(name, listed[name]) != listed[name])
        self.found.update(("file_added", name) for name in added - self.renamed)
        for name in self.hashes.keys() & listed.keys() - TAGS:
            self._note(name, file_unsigned=not name.startswith(("data/", "logs/")) and not LINES.fullmatch(name))
        own = Path(__file__).read_bytes()
        self._note("verify.py", verifier_differs=self.texts.get("verify.py", own) != own)

    def _check_subjects(self):
        subjects = {(f"data/{name}", digest) for one in self.statements for name, digest in one["subjects"]}
        left_out = {name for name, _ in subjects if name.startswith("data/photos/")}
        is_without = b"Ocr-Recap-Photos: without\n" in self.texts.get("bag-info.txt", b"")
        left_out = left_out if is_without and not left_out & self.hashes.keys() else set()
        for name, digest in subjects:
            is_lost, is_inside = name not in {*self.hashes, *self.renamed, *left_out}, INSIDE.fullmatch(name[5:])
            self._note(name[5:], path_outside=not is_inside)
            wrong, missing = self.hashes.get(name, digest) != digest, is_lost and is_inside
            self._note(name, file_not_as_signed=wrong, file_missing=missing)
        here = {name for name in self.hashes if name.startswith("data/")}
        self.found.update(("file_unsigned", name) for name in here - {name for name, _ in subjects} - self.renamed)

    def read_roll(self, content):
        """The versions of a roll, as far as they are signed as they must be."""
        held, place = [], "roll.json"
        try:
            for text in parse(content.removesuffix(b"\n"))["versions"]:
                place = str(len(held) + 1)
                held.append(self._roll_version(text, held))
        except Refused as fault:
            self._note(place, **{str(fault): True})
        except PARSING:
            self._note(place if held else "1", roll_malformed=True)
        return held

    def _roll_version(self, text, before):
        """The signed part of a version, with its holders by key, and the bytes that are signed."""
        root, ours, signers = text["signed"], text["signed"]["ocr_recap"], [one["keyid"] for one in text["signatures"]]
        names = [name.casefold() for name in ours["officials"].values()]
        keys = {**root["keys"], **ours["delegations"]["keys"]}
        is_root = root["_type"] == "root" and set(ours["officials"]) == set(root["roles"]["root"]["keyids"])
        is_root = is_root and names and all(key_id(key["keyval"]["public"]) == one for one, key in keys.items())
        if len(set(signers)) < len(signers) or (is_root and len(set(names)) < len(names)):
            raise Refused("official_twice")
        if not is_root or root["version"] != len(before) + 1:
            raise Refused("roll_gap" if is_root else "roll_malformed")
        for one in (*before[-1:], root):
            ids, least = one["roles"]["root"]["keyids"], max(one["roles"]["root"]["threshold"], 1)
            signed = [(one["keys"][s["keyid"]], s["sig"]) for s in text["signatures"] if s["keyid"] in ids]
            if sum(fits(k["keyval"]["public"], bytes.fromhex(sig), canonical(root)) for k, sig in signed) < least:
                raise Refused("roll_threshold")
        holders = {one["keyids"][0]: one for one in ours["delegations"]["roles"]}
        return {**root, "content": canonical(root), "holders": holders}

    def _read_statements(self):
        bad, last, seen = [], {}, set()
        for file in sorted(file for file in self.texts if LINES.fullmatch(file)):
            for line in self.texts[file].removesuffix(b"\n").split(b"\n") if self.texts[file] else ():
                try:
                    one = self._read_line(line)
                except Refused as fault:
                    self._note(file, **{str(fault): True})
                    continue
                if not fits(one["public"], one["sig"], one["signed"]):
                    bad.append(one)
                    continue
                is_before = one["counter"] < last.get(file, 0) or one["id"] in seen
                misplaced = file != f"statements/{one['keyid']}.intoto.jsonl"
                self._note(file, statement_order=is_before, statement_misplaced=misplaced)
                self.statements, last[file], seen = [*self.statements, one], one["counter"], seen | {one["id"]}
        for one in bad:
            swapped = any(fits(one["public"], one["sig"], other["signed"]) for other in bad[:200] if other is not one)
            self._note(one["id"], signature_swapped=swapped, signature_invalid=not swapped)

    def _read_line(self, line):
        envelope = parse(line) if len(line) <= 4 * MIB else {}
        try:
            if envelope["payloadType"] != "application/vnd.in-toto+json":
                raise Refused("wrong_payload_type")
            ((sig, keyid),) = ((one["sig"], one["keyid"]) for one in envelope["signatures"])
            payload, signature = (base64.b64decode(text, validate=True) for text in (envelope["payload"], sig))
            said = parse(payload)
            kind = str(said["predicateType"]).removeprefix("urn:ocr-recap:").removesuffix(":v1")
            one = {**said["predicate"], **said["predicate"]["device"], "keyid": keyid, "kind": kind, "sig": signature}
            one |= {"id": sha256(payload).hexdigest(), "area": one.get("station") or one.get("area") or ""}
            one["signed"] = b"DSSEv1 28 application/vnd.in-toto+json %d %b" % (len(payload), payload)
            one["subjects"] = [(subject["name"], subject["digest"]["sha256"]) for subject in said["subject"]]
            hashes = [one["public"], one["previous"] or keyid, one["election"]["roll"] or keyid]
            hashes += [*one.get("lines", ()), *one.get("statements", ()), *(digest for _, digest in one["subjects"])]
            hashes += [one["template"]["sha256"], one["supersedes"] or keyid] if kind == "station" else []
            hashes += [one["log"]["root"]] if "log" in one or kind in ("head", "minutes", "receipt") else []
            counts = [one["counter"] - 1, one["election"]["version"], one.get("log", {}).get("size", 0)]
            counts += [number for number in one.get("numbers", {}).values() if number is not None]
            holds = key_id(one["public"]) == keyid and said["_type"] == "https://in-toto.io/Statement/v1"
            holds = holds and kind in (*ROLES["plenary"], "station", "decisions", "head") and TIME.fullmatch(one["at"])
            if not holds or not all(map(HASH.fullmatch, hashes)) or any(type(c) is not int or c < 0 for c in counts):
                raise Refused("unknown_statement")
        except PARSING:
            raise Refused("unknown_statement") from None
        return one

    def _check_chains(self):
        """Gaps, forks and breaks of each key's chain, clocks set back, and logs that are not as their heads say."""
        ids, keys = {one["id"] for one in self.statements}, defaultdict(list)
        for one in sorted(self.statements, key=lambda one: (one["counter"], one["id"])):
            keys[one["keyid"]].append(one)
        logs = {name[5:-4]: text for name, text in self.texts.items() if name.startswith("logs/")}
        self.found.update(("file_unsigned", f"logs/{keyid}.txt") for keyid in logs.keys() - keys.keys())
        made = {n: version["ocr_recap"]["made"] for n, version in enumerate(self.known, 1)}
        for keyid, own in keys.items():
            numbers, latest, whole = defaultdict(set), "", any(one["kind"] != "receipt" for one in own)
            for one in own:
                numbers[one["counter"]].add(one["id"])
            for one in own:
                before = {None} if one["counter"] == 1 else numbers.get(one["counter"] - 1, {one["previous"]})
                known = made.get(one["election"]["version"], "") if one["election"]["roll"] == self.id else ""
                is_back = one["at"] < max(latest, known)
                self._note(keyid, clock_back=is_back, chain_broken=one["previous"] not in before)
                latest = max(latest, one["at"])
            log = logs.get(keyid, b"").decode("ascii", "replace").split("\n")[:-1]
            leaves = [bytes.fromhex(one) for one in log] if all(map(HASH.fullmatch, log)) else []
            heads = [one["log"] for one in own if "log" in one and (whole or keyid in logs)]
            wrong = [h for h in heads if self._tree_root(leaves[: h["size"]]) != h["root"] or h["size"] > len(leaves)]
            self._note(keyid, log_mismatch=wrong, statement_missing=not ids.issuperset(log))
            self._note(keyid, head_missing=whole and own[-1]["kind"] not in ("head", "receipt"))
            self._note(keyid, chain_gap=whole and len(numbers) < max(numbers))
            self._note(keyid, chain_fork=any(len(same) > 1 for same in numbers.values()))

    def _tree_root(self, leaves):
        level = [sha256(b"\0" + leaf).digest() for leaf in leaves]
        while len(level) > 1:
            joined = [sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
            level = joined + level[len(joined) * 2 :]
        return level[0].hex() if level else sha256().hexdigest()

    def _right(self, one, received):
        """What is wrong with the right of a key to what it signed: codes that are so or not."""
        ours, form, holder = self.roll[-1]["ocr_recap"]["election"], one.get("template"), self.holders.get(one["keyid"])
        names = [name for name, digest in ours["templates"].items() if form and digest.startswith(form["sha256"])]
        faults = {"key_unknown": holder is None, "test_run": one["election"]["rehearsal"] is not ours["rehearsal"]}
        faults["other_election"] = not self.id.startswith(one["election"]["roll"] or "-")
        faults["other_template"] = form and ours["templates"] and (form["id"] or (names or ["-"])[0]) not in names
        if holder is None:
            return faults
        covers = any(one["area"].startswith(path.removesuffix("*")) for path in holder["paths"])
        may = [*ROLES[holder["role"]], "decisions", "head"] if holder["role"] in ROLES else []
        revoked = holder.get("revoked") or {"from": "~"}  # later than any time
        late, got = one["at"] >= revoked["from"], received.get(one["id"], "~") < revoked["from"]
        needs_area = one["kind"] in ("station", "recap", "minutes")
        faults |= {"key_without_right": one["kind"] not in may or (needs_area and not covers)}
        faults |= {"key_not_yet": one["at"] < holder["from"], "key_expired": one["at"] > holder["until"]}
        faults |= {"key_revoked": late and not got, "revoked_unreceived": revoked != {"from": "~"} and not late | got}
        return faults

    def _read_code(self, code):
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int.from_bytes(code[40:45], "big")))
        public, area = code[45:77].hex(), f"{int.from_bytes(code[1:7], 'big'):013d}"
        one = {"id": sha256(code).hexdigest(), "keyid": key_id(public), "kind": "station", "area": area, "at": at}
        one |= {"election": {"rehearsal": code[7] == 1, "roll": code[8:16].hex()}, "said": code[24:40].hex()}
        one["template"] = {"id": "", "sha256": code[16:24].hex()}
        return {**one, "fits": fits(public, code[77:141], b"ocr-recap code v1\n" + code[:77] + code[141:])}

    def _check_rights(self):
        """Rights, by receipts where keys were revoked; codes of slips; conflicts."""
        stations = [one for one in self.statements if one["kind"] == "station"]
        receipts = [one for one in self.statements if one["kind"] == "receipt"]
        good = [one for one in receipts if self.roll and not any(self._right(one, {}).values())]
        times = [(one["at"], got) for one in good for got in (*one["statements"], *(d for _, d in one["subjects"]))]
        received = {got: at for at, got in sorted(times, reverse=True)}
        names = {(f"data/{name}", digest) for one in receipts for name, digest in one["subjects"] if "codes/" in name}
        slips = [self._read_code(self.texts[name]) for name, digest in names if self.hashes.get(name) == digest]
        for slip in slips:
            same = [one for one in stations if one["area"] == slip["area"]]
            same = [one["id"] for one in same if one["template"]["sha256"].startswith(slip["template"]["sha256"])]
            unlike = slip["fits"] and same and not any(identifier.startswith(slip["said"]) for identifier in same)
            self._note(slip["area"], qr_signature=not slip["fits"], qr_unlike_statement=unlike)
        groups, replaced = defaultdict(set), {(one["keyid"], one["supersedes"]) for one in stations}
        for one in (*self.statements, *(slip for slip in slips if slip["fits"])):
            faults = self._right(one, received) if self.roll else {}
            if "numbers" in one and (one["keyid"], one["id"]) not in replaced and not any(faults.values()):
                groups[one["area"], one["template"]["id"]].add(canonical(one["numbers"]))
            self._note(one["keyid"], nobody_vouches=not self.roll, key_unknown=faults.pop("key_unknown", False))
            self._note(one["id"], **faults)
        self.found.update(("conflict", station) for (station, _), same in groups.items() if len(same) > 1)
        ours = [one["election"] for one in self.statements if one["keyid"] in self.holders]
        newest = max([0, *(one["version"] for one in ours if one["roll"] == self.id)])
        self._note(str(newest), roll_rolled_back=self.known and newest > len(self.known))

    def _check_people(self):
        """Statements against the documents that are sealed with them, and decisions against those who made them."""
        people, signed = defaultdict(set), {(o["keyid"], line) for o in self.statements for line in o.get("lines", ())}
        for keyid, holder in self.holders.items() if self.roll else ():
            people[" ".join(holder["person"].split()).casefold()].add(keyid)
        for one, name, digest in ((o, f"data/{n}", digest) for o in self.statements for n, digest in o["subjects"]):
            is_document = one["kind"] == "station" and "/document-" in name and self.hashes.get(name) == digest
            try:
                said = parse(self.texts[name], False) if is_document else {"station": {"code": one["area"]}}
                is_other = said["station"]["code"] != one["area"]
                numbers = {field: value["accepted"] for field, value in said["fields"].items()} if is_document else {}
                differs = is_document and not is_other and numbers != one["numbers"]
                self._note(one["id"], other_station=is_other, numbers_differ=differs)
            except (Refused, *PARSING) as fault:
                self._note(name, **{str(fault) if isinstance(fault, Refused) else "not_json": True})
            for line in self.texts.get(name, b"").split(b"\n") if "/decisions-" in name else ():
                with suppress(Refused, *PARSING):
                    said = parse(line, False)
                    own, key = people.get(" ".join(str(said["by"]).split()).casefold(), set()), said.get("key")
                    own = {key} & (own or {key}) if key else own
                    theirs = one["keyid"] in own or any((keyid, sha256(line).hexdigest()) in signed for keyid in own)
                    self._note(name, decision_forged=(own or key) and not theirs)


def main():
    """Check the bundle of the command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--roll", type=Path)
    parser.add_argument("--json", action="store_true")
    asked, check, first = parser.parse_args(), Check(), Check()
    try:
        trusted = first.read_roll(asked.roll.read_bytes()) if asked.roll else []
        if {code for code, _ in first.found} - {"roll_threshold"} or (asked.roll and not trusted):
            parser.error(f"{asked.roll}: the roll of keys does not hold")
        check.run(asked.bundle, trusted)
    except (OSError, zipfile.BadZipFile) as fault:
        parser.error(str(fault))
    for one in () if asked.json else check.statements:
        who = check.holders.get(one["keyid"], {"person": "unknown", "role": "-"})
        what = f"{one['at']}  {one['kind']} {one['area']}  number {one['counter']}  key {one['keyid'][:16]}"
        print(f"{what}  {who['person']} ({who['role']})")
    if asked.json:
        print(json.dumps({"holds": not check.found, "findings": sorted(check.found)}))
    else:
        print(*(f"FAULT  {code}: {where}" for code, where in sorted(check.found)), sep="\n")
        print(f"{len(check.found)} faults: do not rely on this bundle." if check.found else "All holds.")
    return bool(check.found)


if __name__ == "__main__":
    sys.exit(main())
