"""What the commands `recap`, `plenary`, `compare`, `audit` and `publish` print, in Indonesian and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

RECAP_SCREENS: Final[Mapping[str, Message]] = {
    "recap_done": (
        "{contest}: {stations:,} TPS di daftar, {fresh:,} pernyataan baru.",
        "{contest}: {stations:,station} on the roll, {fresh:,new statement}.",
    ),
    "recap_unchanged": ("Tidak berubah sejak terakhir: {folders}", "As they were before: {folders}"),
    "recap_total": (
        "{area} {label}: {total:,} ({n:,} dari {of:,} TPS)",
        "{area} {label}: {total:,} ({n:,} of {of:,} stations)",
    ),
    "recap_total_least": (
        "{area} {label}: sedikitnya {total:,} ({n:,} dari {of:,} TPS)",
        "{area} {label}: at least {total:,} ({n:,} of {of:,} stations)",
    ),
    "recap_total_unknown": (
        "{area} {label}: belum diketahui ({n:,} dari {of:,} TPS)",
        "{area} {label}: not known yet ({n:,} of {of:,} stations)",
    ),
    "recap_conflicts": (
        "{count} TPS bertentangan di dua folder dan tidak dihitung (conflicts.csv): {stations}",
        "{count:station} in conflict between folders, counted for nothing (conflicts.csv): {stations}",
    ),
    "recap_frozen": (
        "{count} TPS di wilayah yang sudah ditutup punya angka baru yang tidak diambil: {stations}. Rapat di tingkat "
        "atas dapat memutuskan.",
        "{count:station} in closed areas with new numbers, which were not taken: {stations}. A session above can rule.",
    ),
    "recap_preliminary": (
        "{count} TPS baru punya baris SMS: sementara, tidak dihitung sampai pernyataannya tiba: {stations}.",
        "{count:station} with an SMS line only: preliminary, not counted until statements arrive: {stations}.",
    ),
    "recap_refused": (
        "Pernyataan {count} TPS tidak dihitung, karena segelnya tidak cocok: {stations}. Lihat: ocr-recap verify",
        "Statements about {count:station} not counted, as their seals do not hold: {stations}. See: ocr-recap verify",
    ),
    "recap_without_station": (
        "{count} dokumen tanpa kode TPS tidak dihitung. Beri kodenya: ocr-recap docs one-row-per-station",
        "Not counted, since the station is unknown: {count:document}. Give the codes: ocr-recap docs "
        "one-row-per-station",
    ),
    "recap_other_forms": (
        "{count} dokumen dari pemilihan atau formulir lain dilewati.",
        "{count:document} of other contests or forms left out.",
    ),
    "recap_provisional": (
        "SEMENTARA: formulir kertas yang berlaku. Folder rekap: {folder}",
        "PROVISIONAL: paper prevails. Recap folder: {folder}",
    ),
    "compare_same": ("{count} angka sama di kedua terbitan", "{count:number} the same in both publications"),
    "compare_differs": ("{count} angka berbeda", "{count:number} different"),
    "compare_unread_a": (
        "{count} angka belum lengkap di yang pertama (sedikitnya)",
        "{count:number} incomplete in the first (at least)",
    ),
    "compare_unread_b": (
        "{count} angka belum lengkap di yang kedua (sedikitnya)",
        "{count:number} incomplete in the second (at least)",
    ),
    "compare_only_a": ("{count} angka hanya ada di yang pertama", "{count:number} only in the first"),
    "compare_only_b": ("{count} angka hanya ada di yang kedua", "{count:number} only in the second"),
    "compare_line": (
        "  {area} {field}: {a} dan {b} (selisih {difference})",
        "  {area} {field}: {a} and {b} (difference {difference})",
    ),
    "compare_more": ("  ... dan {count} lagi", "  ... and {count} more"),
    "compare_no_proof": (
        "Kesamaan adalah kesesuaian dua terbitan, bukan bukti bahwa keduanya benar. Daftar: {out}",
        "What is the same is an agreement between two publications, not a proof that they are right. List: {out}",
    ),
    "publish_done": (
        "Terbitan {edition}: {areas} wilayah, {pages} halaman. Buka {out}/site/index.html",
        "Edition {edition}: {areas:area}, {pages:page}. Open {out}/site/index.html",
    ),
    "publish_changes": (
        "{changes} angka berubah sejak terbitan sebelumnya (changes.csv).",
        "{changes:figure} changed since the edition before (changes.csv).",
    ),
    "plenary_stated": ("{station}: {numbers}", "Station {station}: {numbers}"),
    "plenary_missing": ("{station}: belum ada", "{station}: missing"),
    "plenary_conflict": (
        "{station}: bertentangan, tidak dihitung (conflicts.csv)",
        "{station}: in conflict, counted for nothing (conflicts.csv)",
    ),
    "plenary_corrected": ("  diperbaiki: {reason}", "  corrected: {reason}"),
    "plenary_newer_count": (
        "  ada bacaan baru sesudah perbaikan; periksa lagi",
        "  there is a newer reading than the correction; look again",
    ),
    "plenary_witness": ("  {field} berbeda di salinan saksi: {told}", "  {field} differs on witnesses' copies: {told}"),
    "plenary_matter_open": ("BELUM SELESAI {id} {subject}: {text}", "OPEN {id} {subject}: {text}"),
    "plenary_matter_settled": ("selesai {id} {subject}: {text}", "settled {id} {subject}: {text}"),
    "plenary_matter_passed_on": ("diteruskan {id} {subject}: {text}", "passed on {id} {subject}: {text}"),
    "plenary_logged": ("Dicatat: {id}", "Logged: {id}"),
    "plenary_closed": (
        "Wilayah {area} ditutup dengan {statements} pernyataan. Catat sidik ini di luar komputer ini: {digest}",
        "The area {area} is closed with {statements:statement}. Write this digest down, away from this computer: "
        "{digest}",
    ),
    "minutes_head": ("Untuk dibacakan: {head}", "To be read aloud: {head}"),
    "minutes_written": (
        "Catatan rapat {area}: {out}. Alat bantu, bukan formulir resmi.",
        "Minutes of {area}: {out}. An aid, not an official form.",
    ),
    "audit_claim": (
        "Yang diuji: {winner} di atas {loser}, selisih {margin} suara sesudah dikurangi TPS yang belum ada.",
        "Claim: {winner} is ahead of {loser}, by {margin:vote} less what missing stations may hold.",
    ),
    "audit_missing": (
        "{stations} TPS belum lengkap; dianggap yang terburuk: {votes} suara.",
        "{stations:station} incomplete, taken for the worst: {votes:vote}.",
    ),
    "audit_planned_done": (
        "Batas risiko {risk}: {draws} undian dari {stations} TPS kalau tidak ada selisih, paling banyak {most}. "
        "Umumkan rencana di {out} dan sidik weights.csv ini SEBELUM dadu dilempar:\n{sha256}",
        "Risk limit {risk}: {draws:draw} among {stations:station} when nothing differs, {most} at most. Publish the "
        "plan in {out} and this hash of weights.csv BEFORE dice are thrown:\n{sha256}",
    ),
    "audit_drawn_done": (
        "Benih {seed}: {stations} TPS terundi. Isi {folder}/sheet.csv dari formulir asli, tanpa melihat angka terbit.",
        "Seed {seed}: {stations:station} drawn. Fill in {folder}/sheet.csv from the original forms, without looking at "
        "published numbers.",
    ),
    "audit_discrepancy": (
        "{station}: formulirnya berbeda dari angka terbit (bobot {taint})",
        "{station}: the form differs from what was published (taint {taint})",
    ),
    "audit_confirmed": (
        "TERKONFIRMASI: sesudah {draws} undian ({stations} TPS) risikonya {risk}, tidak lebih dari {limit}. Kesalahan "
        "membaca dan mengetik tidak mengubah urutan.",
        "CONFIRMED: after {draws:draw} ({stations:station}) the risk is {risk}, not above {limit}. Errors of reading "
        "and typing have not changed the order.",
    ),
    "audit_continue": (
        "BELUM: sesudah {draws} undian ({stations} TPS) risikonya {risk}, di atas {limit}. Baca TPS berikutnya di "
        "lembar itu, lalu jalankan lagi.",
        "NOT YET: after {draws:draw} ({stations:station}) the risk is {risk}, above {limit}. Read the next stations of "
        "the sheet, then run this again.",
    ),
    "audit_not_confirmed": (
        "TIDAK TERKONFIRMASI: sesudah semua {draws} undian ({stations} TPS) risikonya {risk}, di atas {limit}. "
        "Periksa semua TPS.",
        "NOT CONFIRMED: after all {draws:draw} ({stations:station}) the risk is {risk}, above {limit}. Check all "
        "stations.",
    ),
    "audit_is_not": (
        "Ini bukan penghitungan ulang surat suara, dan tidak memeriksa apakah formulirnya benar.",
        "This is no recount of ballots, and does not check whether the forms are right.",
    ),
}
