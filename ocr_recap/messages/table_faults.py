"""The closed list of faults of a line in a user's table, in Indonesian and English.

The tables are the manifest, the list of stations, and a filled-in `review.csv`. Texts have no final period, since file
and line are written around them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .catalog import Message, StackedText, Wording, both
from .errors import TableFaulty

_MOST_FAULTS: Final = 10  # lines named in one message, by judgement

LINE_FAULTS: Final[Mapping[str, Message]] = {
    "heading": ("judul kolom harus {columns}", "the heading must be {columns}"),
    "columns": ("{found} kolom, seharusnya {wanted}", "{found:column} instead of {wanted}"),
    "workbook_damaged": (
        "buku kerja tidak dapat dibuka ({why}); simpan lagi sebagai .xlsx atau CSV",
        "the workbook cannot be opened ({why}); save it again as .xlsx or CSV",
    ),
    "workbook_without_answers": (
        "lembar {sheet} dengan kolom {columns} tidak ada; pakai tables.xlsx yang dibuat program ini",
        "there is no sheet {sheet} with the columns {columns}; use the tables.xlsx that this program made",
    ),
    "not_csv": ("bukan CSV ({why}); simpan lagi sebagai CSV", "not CSV ({why}); save it again as CSV"),
    "photo_not_there": (
        "berkas {file} tidak ada di antara foto; perbaiki namanya atau hapus barisnya",
        "{file} is not among the photos; correct the name or remove the line",
    ),
    "photo_listed_twice": (
        "berkas {file} ditulis dua kali; hapus salah satu",
        "{file} is listed twice; remove one of the two",
    ),
    "station_code": (
        "{text} bukan kode TPS: {digits} digit, seharusnya 13 (mis. 2101142004001)",
        "{text} is no station code: {digits:digit} instead of 13 (such as 2101142004001)",
    ),
    "station_rounded": (
        "{text} diubah oleh aplikasi tabel; jadikan kolom itu teks dan isi lagi",
        "{text} was turned into a rounded number by a spreadsheet; make the column text and fill it in again",
    ),
    "station_listed_twice": (
        "TPS {station} sudah ada di baris {first}; hapus salah satu",
        "{station} is already on line {first}; remove one of the two",
    ),
    "listed_number": (
        "{column}: {text} bukan angka; tulis angkanya saja tanpa titik atau koma, atau kosongkan",
        "{column}: {text} is no number; write digits only, without point or comma, or leave it empty",
    ),
    "listed_too_long": (
        "{column}: {text} lebih panjang dari {boxes} kotak di formulir; perbaiki atau kosongkan",
        "{column}: {text} is longer than the {boxes} boxes on the form; correct it, or leave it empty",
    ),
    "listed_date": (
        "{column}: {text} bukan tanggal; tulis TTTT-BB-HH (mis. 2024-02-14), atau kosongkan",
        "{column}: {text} is no date; write YYYY-MM-DD (such as 2024-02-14), or leave it empty",
    ),
    "listed_otherwise": (
        "{column}: {text}, padahal {other} untuk TPS yang sama di baris {first}; perbaiki salah satu",
        "{column}: {text}, but {other} for the same station on line {first}; correct one of the two",
    ),
    "station_not_on_roll": (
        "TPS {station} tidak ada di daftar TPS; lengkapi daftarnya, atau perbaiki kode di foto itu",
        "station {station} is not on the roll; complete the roll, or correct the code of the photo",
    ),
    "area_unknown": (
        "{text} bukan kode wilayah; tulis 2, 4, 6, 10 atau 13 digit, atau kosongkan untuk nasional",
        "{text} is no code of an area; write 2, 4, 6, 10 or 13 digits, or nothing for the nation",
    ),
    "area_listed_twice": (
        "{area} {field} sudah ada di baris {first}; hapus salah satu",
        "{area} {field} is already on line {first}; remove one of the two",
    ),
    "no_count": (
        "{text} bukan angka; tulis digit saja, atau kosongkan kalau tidak diketahui",
        "{text} is no number; write digits alone, or nothing where it is not known",
    ),
    "ballots_number": (
        "ballots {text} bukan angka; tulis surat suara terbanyak di TPS itu, atau kosongkan",
        "ballots {text} is no number; write the most ballots of the station, or nothing",
    ),
    "not_drawn": (
        "TPS {station} tidak ada dalam undian ini; hapus barisnya",
        "station {station} was not drawn; remove the line",
    ),
    "answered_otherwise": (
        "angka {field} sudah diisi lain oleh orang yang sama di baris {line}; hapus salah satu",
        "{field} is answered otherwise by the same person on line {line}; remove one of the two",
    ),
    "no_name": (
        "kolom by kosong; tulis nama pemeriksa, atau jalankan dengan --by NAMA",
        "the column by is empty; write who checked, or run with --by NAME",
    ),
    "no_name_on_more": (
        "kolom by kosong (juga di {more} baris lain); tulis nama pemeriksa, atau jalankan dengan --by NAMA",
        "the column by is empty (and on {more} more); write who checked, or run with --by NAME",
    ),
    "hash_rounded": (
        "sha256 {text} diubah oleh aplikasi tabel; salin dari review.csv yang asli",
        "sha256 {text} was turned into a rounded number by a spreadsheet; copy it from the original review.csv",
    ),
    "hash_wrong": (
        "sha256 {text} bukan sidik foto 64 huruf; salin dari review.csv yang asli",
        "sha256 {text} is no hash of 64 letters; copy it from the original review.csv",
    ),
    "photo_gone": (
        "foto {photo} tidak ada lagi dalam hasil ini, atau isinya sudah berubah; ambil review.csv yang baru",
        "photo {photo} is no longer among these results, or its content has changed; take the new review.csv",
    ),
    "photo_of_other_name": (
        "sha256 milik foto {names}, bukan {photo}: kolom tertukar, atau nama foto berubah; ambil review.csv yang baru",
        "the sha256 is of photo {names}, not {photo}: columns were mixed up, or the photo was renamed; take the new "
        "review.csv",
    ),
    "never_read": (
        "angka {field} halaman {page} ({template}, bingkai {frame}) tidak pernah dibaca di foto {photo}; salin "
        "barisnya dari review.csv atau numbers.csv yang baru",
        "number {field} of page {page} ({template}, frame {frame}) was never read on photo {photo}; copy its line "
        "from the new review.csv or numbers.csv",
    ),
    "photo_does_not_count": (
        "foto {photo} tidak dihitung untuk angka ini; angkanya diambil dari foto {other}: isi barisnya",
        "photo {photo} does not count for this number, which comes from photo {other}: answer its line",
    ),
    "number_not_in_photo": (
        "angka {field} tidak terlihat di foto {photo}; foto juga bagian halaman itu, lalu baca lagi",
        "the number {field} is not in photo {photo}; photograph that part of the page as well, then read again",
    ),
    "answer_rounded": (
        "verified {text} diubah oleh aplikasi tabel; ketik angka yang tertulis di kotak",
        "verified {text} was turned into a rounded number by a spreadsheet; type the number that is in the boxes",
    ),
    "answer_no_number": (
        "verified {text} tidak dapat dipakai. Yang boleh diisi: angka yang tertulis, misalnya 117; angka 0 bila semua "
        "kotak berisi silang atau strip; kata kosong bila tidak ada tulisan. Belum yakin: biarkan selnya tanpa isi",
        "verified {text} cannot be used. Allowed are: the number that is written, such as 117; the number 0 where all "
        "boxes hold crosses or dashes; the word blank where nothing is written. Not sure: leave the cell empty",
    ),
    "answer_too_long": (
        "verified {text} lebih panjang dari {boxes} kotak {field}; ketik angka yang tertulis di kotak",
        "verified {text} is longer than the {boxes} boxes of {field}; type the number that is in the boxes",
    ),
    "answer_beyond_limit": (
        "verified {text} di luar batas {limit} ({rule}); periksa foto, atau kosongkan barisnya",
        "verified {text} is beyond the limit {limit} ({rule}); look again, or leave the line empty",
    ),
}
_LINE: Final[Message] = ("{path}, baris {line}: {why}.", "{path}, line {line}: {why}.")
_MORE: Final[Message] = ("... dan {more} kesalahan lagi.", "... and {more} more.")


@dataclass(frozen=True)
class LineFault:
    """A fault of a line of a table: a code of `LINE_FAULTS`, and its data."""

    line: int
    code: str
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def text(self) -> Wording:
        """The text of the fault with its next step."""
        return Wording(**both(LINE_FAULTS[self.code], self.data))


def refuse(path: Path, faults: Sequence[LineFault]) -> None:
    """Raise an error if a table has faults.

    Raises:
        TableFaulty: there are faults; the first ten are named by line, the others counted.
    """
    if not faults:
        return
    lines = [Wording(**both(_LINE, {"path": path, "line": f.line, "why": f.text})) for f in faults[:_MOST_FAULTS]]
    if len(faults) > _MOST_FAULTS:
        lines.append(Wording(**both(_MORE, {"more": len(faults) - _MOST_FAULTS})))
    raise TableFaulty("table_lines", lines=StackedText(lines), path=path, faults=[[f.line, f.code] for f in faults])
