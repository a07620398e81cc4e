"""The texts of errors about recaps, plenary sessions, comparisons and audits, by class and cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

_Texts = Mapping[str, Message]

RECAP_INPUT_UNUSABLE: Final[_Texts] = {
    "no_recap": (
        "{folder} bukan folder rekap: {file} tidak ada. Buat dahulu dengan: ocr-recap recap HASIL --roll roll.csv",
        "{folder} is no recap folder: it has no {file}. Make it first: ocr-recap recap RESULTS --roll roll.csv",
    ),
    "no_source": (
        "{folder} bukan folder hasil, folder rekap atau folder kiriman yang diterima; tidak ada yang ditulis. Beri "
        "folder yang dibuat oleh ocr-recap read, recap atau receive.",
        "{folder} is no folder of results, no recap folder and none of received bundles; nothing was written. Name a "
        "folder that ocr-recap read, recap or receive made.",
    ),
    "sealed_without_roll": (
        "{folder} tidak punya daftar kunci, jadi tidak ada segel yang dapat diperiksa; tidak ada yang ditulis. Terima "
        "kirimannya dengan ocr-recap receive --roll DAFTAR.",
        "{folder} has no roll of keys, so that no seal can be checked; nothing was written. Receive its bundles with "
        "ocr-recap receive --roll ROLL.",
    ),
    "roll_empty": (
        "{path}: tidak ada TPS di daftar ini; tidak ada yang ditulis. Isi kolom station dengan kode 13 digit.",
        "{path}: the list has no stations; nothing was written. Fill in the column station with codes of 13 digits.",
    ),
    "area_without_stations": (
        "Wilayah {area} tidak punya TPS di daftar ini. Periksa kodenya: 2, 4, 6 atau 10 digit, atau kata nation.",
        "The area {area} has no stations on the roll. Check its code: 2, 4, 6 or 10 digits, or the word nation.",
    ),
    "no_audit": (
        "{folder}: {file} tidak ada di sini. Urutannya: ocr-recap audit plan, draw, settle.",
        "{folder} has no {file}. The order is: ocr-recap audit plan, draw, settle.",
    ),
    "audit_few_candidates": (
        "Berkas tingkat {contest} punya kurang dari dua calon; urutan tidak dapat diaudit. Isi candidates di berkas "
        "itu.",
        "The level file {contest} has fewer than two candidates; there is no order to audit. Fill in candidates there.",
    ),
}
RECAP_FOLDER_DAMAGED: Final[_Texts] = {
    "source_edited": (
        "{folder}: tidak sama dengan yang tercatat di {sums}: {names}. Tidak ada yang ditulis. Pulihkan folder itu "
        "dari salinan, atau buat lagi dengan perintah yang membuatnya.",
        "{folder}: not what {sums} lists: {names}. Nothing was written. Restore the folder from a copy, or make it "
        "again with the command that made it.",
    ),
    "statement_log_cut": (
        "{path} lebih pendek dari yang pernah ditulis. Jangan ubah berkas ini; pulihkan dari salinan.",
        "{path} is shorter than it was written. This file is not to be edited; restore it from a copy.",
    ),
    "statement_line": (
        "{path}, baris {line}: baris ini diubah atau rusak; tidak ada yang ditulis. Pulihkan berkas dari salinan.",
        "{path}, line {line}: the line was edited or is damaged; nothing was written. Restore the file from a copy.",
    ),
    "document_line": (
        "{path}, baris {line}: bukan dokumen; tidak ada yang ditulis. Pulihkan folder dari salinan, atau baca "
        "foto-fotonya lagi.",
        "{path}, line {line}: no document; nothing was written. Restore the folder from a copy, or read the photos "
        "again.",
    ),
    "audit_altered": (
        "{path} tidak sama dengan saat rencana dibuat; tidak ada yang ditulis. Pulihkan dari salinan, atau buat "
        "rencana baru di folder lain dan undi lagi di depan umum.",
        "{path} is not as it was when the audit was planned; nothing was written. Restore it from a copy, or make a "
        "new plan in another folder and draw in public again.",
    ),
}
RECAP_EXTRA_MISSING: Final[_Texts] = {
    "recap_missing": (
        "Rekapitulasi memerlukan DuckDB dan pyarrow. Pasang dengan: pip install 'ocr-recap[recap]'",
        "A recap needs DuckDB and pyarrow. Install them with: pip install 'ocr-recap[recap]'",
    ),
}
CONTEST_FAULTY: Final[_Texts] = {
    "contest_unknown": (
        "Tidak ada berkas tingkat {name}. Tulis salah satu dari: {known}; atau nama berkas YAML.",
        "There is no level file {name}. Write one of: {known}; or the name of a YAML file.",
    ),
    "contest_faulty": ("{problems}", "{problems}"),
}
RECAP_WRONG_USE: Final[_Texts] = {
    "recap_folder_not_empty": (
        "{path} sudah berisi dan bukan folder rekap; tidak ada yang ditulis. Pilih folder lain dengan --out.",
        "{path} is not empty and is no recap folder; nothing was written. Choose another folder with --out.",
    ),
    "source_named_twice": (
        "Dua folder bernama {name}: {folders}. Ganti nama salah satu, karena asal angka dicatat dengan nama folder.",
        "Two folders are called {name}: {folders}. Rename one of them, since the origin of numbers is logged by the "
        "name of the folder.",
    ),
    "recap_without_roll": (
        "Tulis --roll: CSV dengan kolom station, semua TPS yang diharapkan.",
        "Add --roll: a CSV with the column station, all stations that are expected.",
    ),
    "other_contest": (
        "{folder} adalah rekap pemilihan {contest}; tidak ada yang ditulis. Pakai --contest {contest} atau "
        "folder lain.",
        "{folder} is a recap of the contest {contest}; nothing was written. Use --contest {contest} or another folder.",
    ),
    "not_in_session": (
        "{subject} tidak termasuk wilayah rapat {session}. Periksa kode TPS dan --session.",
        "{subject} does not lie in the area of the session, {session}. Check the code and --session.",
    ),
    "area_closed": (
        "Wilayah {area} sudah ditutup pada {at} dan tidak menerima perubahan. Rapat di tingkat atasnya dapat "
        "memutuskan: buka halaman wilayah itu, atau ocr-recap plenary correct dengan --session tingkat itu.",
        "The area {area} was closed at {at} and takes no changes. A session above it can rule: open the page of that "
        "area, or use ocr-recap plenary correct with the --session of that level.",
    ),
    "two_people": (
        "Perlu dua orang dengan nama dan tugas berbeda: --chair dan --second dengan --role. Diberikan: {chair}, "
        "{second}.",
        "Two people with different names and roles are needed: --chair, and --second with --role. Given: {chair}, "
        "{second}.",
    ),
    "correction_without_reason": (
        "Tulis alasan perbaikan (--reason).",
        "Give the reason of the correction (--reason).",
    ),
    "field_unknown": (
        "{field} bukan angka pemilihan ini. Pilih dari: {fields}.",
        "{field} is no number of this contest. Choose among: {fields}.",
    ),
    "correction_changes_nothing": (
        "TPS {station} sudah berisi angka itu; tidak ada yang dicatat. Periksa angkanya.",
        "Station {station} has these numbers already; nothing was logged. Check the numbers.",
    ),
    "number_given": (
        "“{text}” tidak dapat dipakai. Tulis seperti votes_1=117; votes_1=- kalau tidak ada tulisan, votes_1=? kalau "
        "tidak terbaca.",
        "“{text}” cannot be used. Write it as votes_1=117; votes_1=- where nothing is written, votes_1=? where it "
        "cannot be read.",
    ),
    "area_given": (
        "“{text}” bukan kode wilayah. Tulis 2, 4, 6, 10 atau 13 digit, atau kata nation.",
        "“{text}” is no code of an area. Write 2, 4, 6, 10 or 13 digits, or the word nation.",
    ),
    "no_such_matter": (
        "Tidak ada keberatan atau kejadian khusus {id}. Lihat daftarnya: ocr-recap plenary show",
        "There is no objection or special event {id}. See the list: ocr-recap plenary show",
    ),
    "chair_only": (
        "Ini langkah ketua rapat; {name} bukan ketua. Minta ketua membuka halaman ini dengan tautannya sendiri.",
        "This is a step of the chair; {name} is not the chair. Ask the chair to open the page with the own link.",
    ),
    "confirm_alone": (
        "Usulan {chair} harus dipastikan orang kedua dengan tugas lain. Buka halaman ini dengan tautan seorang "
        "anggota, di perangkatnya sendiri.",
        "What {chair} proposed has to be confirmed by a second person with another role. Open the page with the link "
        "of a member, on that person's device.",
    ),
    "changed_meanwhile": (
        "{subject}: angka atau catatannya berubah sejak halaman ini dibuka; tidak ada yang dicatat. Buka lagi, "
        "bacakan, lalu ulangi.",
        "{subject}: its numbers or notes changed since this page was opened; nothing was logged. Open it again, read "
        "it out, then repeat the step.",
    ),
    "nothing_to_agree": (
        "TPS {station} belum punya angka yang berlaku, jadi tidak ada yang dapat disetujui. Isi angkanya dari formulir "
        "kertas sebagai perbaikan.",
        "Station {station} has no numbers that stand, so there is nothing to agree on. Fill in the numbers of the "
        "paper form as a correction.",
    ),
    "proposal_waits": (
        "{subject}: sudah ada usulan yang menunggu orang kedua. Pastikan atau cabut usulan itu dahulu.",
        "{subject}: a proposal waits for a second person already. Confirm or withdraw it first.",
    ),
    "proposal_over": (
        "Usulan {id} tidak menunggu lagi: sudah dipastikan atau dicabut. Lihat daftar usulan.",
        "The proposal {id} does not wait any more: it was confirmed or withdrawn. See the list of proposals.",
    ),
    "no_such_proposal": (
        "Tidak ada usulan {id}. Lihat daftar usulan.",
        "There is no proposal {id}. See the list of proposals.",
    ),
    "withdrawal_without_reason": (
        "Tulis alasan mencabut usulan ini.",
        "Write why the proposal is withdrawn.",
    ),
    "copy_without_numbers": (
        "Tidak ada angka yang diisi. Isi paling sedikit satu angka dari salinan.",
        "No number was filled in. Fill in at least one number of the copy.",
    ),
    "matter_without_text": (
        "Tulis apa yang diberatkan, atau apa yang terjadi.",
        "Write what is objected to, or what happened.",
    ),
    "resolution_without_text": (
        "Tulis bagaimana hal ini diselesaikan, atau ke mana diteruskan.",
        "Write how it was settled, or where it is passed on to.",
    ),
    "serve_of_results": (
        "{folder} adalah folder rekap; {options} hanya untuk folder hasil. Jalankan tanpa opsi itu.",
        "{folder} is a recap folder; {options} is for folders of results only. Run the command without it.",
    ),
    "serve_of_recap": (
        "--results hanya untuk folder rekap, dan {folder} bukan. Jalankan tanpa opsi itu, atau beri folder rekap.",
        "--results is for recap folders only, and {folder} is none. Run the command without it, or name a recap "
        "folder.",
    ),
    "close_with_proposals": (
        "Wilayah {area} belum dapat ditutup: {count} usulan menunggu orang kedua. Pastikan atau cabut dahulu.",
        "The area {area} cannot be closed yet: proposals wait for a second person ({count}). Confirm or withdraw them "
        "first.",
    ),
    "compare_without_mapping": (
        "{path} adalah CSV: tulis --mapping dengan kolom-kolomnya (ocr-recap docs recap).",
        "{path} is a CSV: add --mapping with its columns (ocr-recap docs recap).",
    ),
    "compare_other_contests": (
        "Kedua rekap berbeda pemilihan: {a} dan {b}. Bandingkan rekap dari pemilihan yang sama.",
        "The two recaps are of different contests: {a} and {b}. Compare recaps of the same contest.",
    ),
    "compare_without_contest": (
        "Keduanya CSV: tulis --contest, misalnya ppwp-2024, supaya angka dan tingkatnya diketahui.",
        "Both are CSV: add --contest, such as ppwp-2024, which has the fields and levels.",
    ),
    "audit_area": (
        "Rekap ini punya beberapa wilayah teratas: {areas}. Pilih satu dengan --area.",
        "The recap has several topmost areas: {areas}. Choose one with --area.",
    ),
    "audit_planned": (
        "{folder} sudah berisi rencana audit. Aturan berhenti ditetapkan sebelum undian: pakai rencana itu, atau pilih "
        "folder baru.",
        "{folder} holds a plan already. The stop rule is fixed before the draw: use that plan, or choose a new folder.",
    ),
    "audit_drawn": (
        "Undian sudah dilakukan dengan benih “{seed}”. Satu rencana hanya diundi sekali.",
        "The draw was made with the seed “{seed}”. A plan is drawn once only.",
    ),
    "audit_seed": (
        "Tulis --seed: angka dadu yang dilempar di depan umum setelah rencana diumumkan, paling sedikit {least} digit.",
        "Add --seed: digits of dice thrown in public after the plan was published, at least {least} digits.",
    ),
    "audit_no_margin": (
        "Selisih {first} dan {second} ({margin}) tidak lebih besar dari suara yang mungkin di TPS yang belum ada "
        "({missing}): audit ini tidak dapat memastikan urutan. Lengkapi TPS yang belum ada dahulu.",
        "The lead of {first} over {second} ({margin}) is not larger than the votes that stations without numbers may "
        "hold ({missing}): this audit cannot confirm the order. Complete these stations first.",
    ),
    "audit_over_bound": (
        "TPS {station} berisi {votes} suara, lebih dari batas {most}. Perbaiki --most atau kolom ballots di daftar "
        "TPS, atau periksa angkanya.",
        "Station {station} has {votes} votes, more than its bound of {most}. Correct --most or the column ballots of "
        "the roll, or check the numbers.",
    ),
    "audit_risk": (
        "--risk {risk}: tulis bagian di antara 0 dan 1, misalnya 0.05.",
        "--risk {risk}: write a share between 0 and 1, such as 0.05.",
    ),
}
