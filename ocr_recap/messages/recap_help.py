"""Texts of `--help` of the commands `recap`, `plenary`, `compare`, `audit` and `publish`; keys as in `help_texts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

RECAP_COMMANDS: Final[Mapping[str, Message]] = {
    "recap": (
        "Jumlahkan hasil per desa sampai nasional.\n\nSelesai dengan 1 bila ada TPS yang bertentangan, ditolak, atau "
        "tanpa kode.",
        "Add up results from villages to the nation.\n\nExits with 1 if stations are in conflict, refused, or without "
        "code.",
    ),
    "compare": (
        "Bandingkan dua terbitan angka demi angka.\n\nSelesai dengan 1 bila ada angka yang berbeda.",
        "Compare two publications number by number.\n\nExits with 1 if numbers differ.",
    ),
    "publish": ("Terbitkan rekap sebagai data terbuka.", "Publish a recap as open data."),
    "plenary": (
        "Rapat pleno: perbaikan, keberatan, penutupan.",
        "A plenary session: corrections, objections, closing.",
    ),
    "plenary show": (
        "Baca TPS demi TPS: menurut formulir, sesudah perbaikan, salinan saksi.",
        "Read station by station: as counted, as standing, witnesses' copies.",
    ),
    "plenary copy": ("Catat isi salinan saksi.", "Log what a witness's copy says."),
    "plenary correct": ("Perbaiki angka TPS, oleh dua orang.", "Correct numbers of a station, by two people."),
    "plenary object": ("Catat keberatan.", "Log an objection."),
    "plenary event": ("Catat kejadian khusus.", "Log a special event."),
    "plenary resolve": (
        "Selesaikan keberatan atau kejadian khusus, atau teruskan.",
        "Settle an objection or special event, or pass it on.",
    ),
    "plenary close": ("Tutup wilayah: angkanya dibekukan.", "Close an area: its numbers are frozen."),
    "plenary minutes": ("Tulis catatan rapat sebagai PDF.", "Write the minutes as PDF."),
    "audit": (
        "Seberapa pasti urutannya? Audit penyalinan.",
        "How sure is the order? A transcription audit.",
    ),
    "audit plan": (
        "Tetapkan aturan sebelum undian.",
        "Fix the rules before the draw.",
    ),
    "audit draw": (
        "Undi TPS dengan benih yang diucapkan di depan umum.",
        "Draw stations by a seed that was said in public.",
    ),
    "audit settle": (
        "Bandingkan lembar terisi dengan angka terbit.\n\nSelesai dengan 0 bila terkonfirmasi, selain itu 1.",
        "Compare a filled-in sheet with published numbers.\n\nExits with 0 if the order is confirmed, else with 1.",
    ),
}
RECAP_EXAMPLES: Final[Mapping[str, str]] = {
    "recap": "ocr-recap recap results --roll roll.csv --out recap",
    "compare": "ocr-recap compare recap published.csv --mapping mapping.yaml",
    "publish": "ocr-recap publish recap --out open-data",
    "plenary": "ocr-recap plenary show recap 2101142004",
    "plenary show": "ocr-recap plenary show recap 2101142004",
    "plenary copy": "ocr-recap plenary copy recap 2101142004001 votes_1=117 --by Siti",
    "plenary correct": (
        "ocr-recap plenary correct recap 2101142004001 votes_1=117 --session 210114 --reason misread --chair Ani "
        "--second Budi"
    ),
    "plenary object": "ocr-recap plenary object recap 2101142004001 late --by Siti",
    "plenary event": "ocr-recap plenary event recap 2101142004001 flood --by Budi",
    "plenary resolve": "ocr-recap plenary resolve recap 3f9a --chair Ani --second Budi",
    "plenary close": "ocr-recap plenary close recap 210114 --chair Ani --second Budi",
    "plenary minutes": "ocr-recap plenary minutes recap 210114 --out minutes.pdf",
    "audit": "ocr-recap audit plan recap --out audit",
    "audit plan": "ocr-recap audit plan recap --out audit",
    "audit draw": "ocr-recap audit draw audit --seed 31415926535897932384",
    "audit settle": "ocr-recap audit settle audit --by Siti",
}
RECAP_PARAMETERS: Final[Mapping[str, Message]] = {
    "folders": ("Folder hasil, dan folder rekap tingkat bawah.", "Folders of results, and recap folders from below."),
    "recap_folder": ("Folder rekap.", "Recap folder."),
    "audit_folder": ("Folder audit.", "Folder of the audit."),
    "roll": ("CSV dengan kolom station: semua TPS yang diharapkan.", "A CSV with the column station: all expected."),
    "recap.out": ("Folder rekap.", "Recap folder."),
    "contest": ("Berkas tingkat: id atau YAML.", "Level file: an id or a YAML file."),
    "a": ("Terbitan pertama: folder rekap atau CSV.", "First publication: a recap folder or a CSV."),
    "b": ("Terbitan kedua: folder rekap atau CSV.", "Second publication: a recap folder or a CSV."),
    "mapping": ("YAML: kolom-kolom CSV itu.", "YAML: the columns of the CSV."),
    "mapping_b": ("YAML untuk CSV kedua, bila kolomnya lain.", "YAML of the second CSV, if its columns differ."),
    "compare.out": ("Daftar selisih (CSV).", "The list of differences (CSV)."),
    "publish.out": ("Folder data terbuka.", "Folder of the open data."),
    "publish.results": (
        "Folder hasil yang berisi gambar; bisa diulang.",
        "Folder of results that has pictures; may be repeated.",
    ),
    "publish.area": (
        "Hanya halaman wilayah ini; bisa diulang.",
        "Pages of this area only; may be repeated.",
    ),
    "differences": ("Daftar selisih yang ikut diterbitkan.", "A list of differences to publish with it."),
    "area": ("Kode wilayah atau TPS, atau nation.", "Code of an area or station, or nation."),
    "station": ("Kode TPS, 13 digit.", "Code of the station, 13 digits."),
    "numbers": ("Seperti votes_1=117, votes_1=-, votes_1=?.", "Such as votes_1=117, votes_1=-, votes_1=?."),
    "plenary copy.by": ("Nama saksi.", "Name of the witness."),
    "plenary object.by": ("Siapa yang berkeberatan.", "Who objects."),
    "plenary event.by": ("Siapa yang mencatat.", "Who reports it."),
    "role": ("Tugas orang itu; untuk dua orang: tugas yang kedua.", "Role of the person; of two: of the second one."),
    "plenary correct.area": ("Wilayah rapat yang memperbaiki.", "Area of the session that corrects."),
    "plenary resolve.area": (
        "Wilayah rapat yang menyelesaikan; tanpa ini, TPS atau wilayah yang dipersoalkan.",
        "Area of the session that settles it; without it, the station or area that it is about.",
    ),
    "reason": ("Alasan.", "The reason."),
    "chair": ("Nama ketua.", "Name of the chair."),
    "second": ("Nama orang kedua.", "Name of the second person."),
    "text": ("Isinya.", "What it says."),
    "matter": ("Id keberatan atau kejadian, atau awalnya.", "Id of the objection or event, or its beginning."),
    "state": ("Keadaan sesudahnya.", "Its state from now on."),
    "plenary minutes.out": ("Berkas PDF.", "The PDF file."),
    "plenary minutes.paper": ("Ukuran kertas.", "Size of the paper."),
    "plenary minutes.log": (
        "Juga kepala catatan folder yang menerima kiriman ini.",
        "Also the head of the log of this folder, which received bundles.",
    ),
    "plenary minutes.names": ("Dengan nama wilayah (paket names).", "With names of areas (extra names)."),
    "publish.names": ("Dengan nama wilayah (paket names).", "With names of areas (extra names)."),
    "compare.names": ("Dengan nama wilayah (paket names).", "With names of areas (extra names)."),
    "audit plan.out": ("Folder audit.", "Folder of the audit."),
    "audit plan.area": ("Kode wilayah yang diaudit.", "Code of the audited area."),
    "risk": ("Batas risiko.", "Risk limit."),
    "most": ("Surat suara terbanyak di satu TPS.", "Most ballots of a station."),
    "ballots": ("CSV station,ballots untuk TPS dengan batas lain.", "A CSV station,ballots for other bounds."),
    "places": ("Berapa tempat yang diuji: 1 atau 2.", "How many places are claimed: 1 or 2."),
    "most_draws": ("Undian terbanyak.", "Most draws."),
    "audit draw.seed": ("Angka dadu dari depan umum.", "Digits of dice thrown in public."),
    "sheet": ("Lembar terisi (CSV).", "The filled-in sheet (CSV)."),
    "audit settle.by": ("Siapa yang membaca formulir.", "Who read the forms."),
}
RECAP_DEFAULTS: Final[Mapping[str, Message]] = {
    "roll": ("seperti sebelumnya", "as before"),
    "contest": ("seperti sebelumnya, lalu ppwp-2024", "as before, else ppwp-2024"),
    "audit plan.area": ("yang teratas", "the topmost"),
    "most_draws": ("tiga kali yang diperlukan", "three times what is needed"),
    "sheet": ("sheet.csv di folder audit", "sheet.csv in the folder"),
    "publish.area": ("semua wilayah", "all areas"),
}
_FILE: Final[Message] = ("BERKAS", "FILE")
_FOLDER: Final[Message] = ("FOLDER", "DIR")
_NAME: Final[Message] = ("NAMA", "NAME")
_CODE: Final[Message] = ("KODE", "CODE")
RECAP_VALUES: Final[Mapping[str, Message]] = {
    "folders": ("HASIL", "RESULTS"),
    "recap_folder": ("REKAP", "RECAP"),
    "audit_folder": ("AUDIT", "DIR"),
    "roll": _FILE,
    "recap.out": _FOLDER,
    "contest": ("ID|BERKAS", "ID|FILE"),
    "a": ("A", "A"),
    "b": ("B", "B"),
    "mapping": _FILE,
    "mapping_b": _FILE,
    "publish.out": _FOLDER,
    "publish.results": _FOLDER,
    "area": _CODE,
    "station": _CODE,
    "numbers": ("ANGKA", "NUMBERS"),
    "differences": _FILE,
    "role": ("TUGAS", "ROLE"),
    "reason": ("ALASAN", "REASON"),
    "chair": _NAME,
    "second": _NAME,
    "text": ("ISI", "TEXT"),
    "matter": ("ID", "ID"),
    "audit plan.out": _FOLDER,
    "risk": ("BAGIAN", "SHARE"),
    "most": ("ANGKA", "N"),
    "ballots": _FILE,
    "places": ("ANGKA", "N"),
    "most_draws": ("ANGKA", "N"),
    "audit draw.seed": ("DIGIT", "DIGITS"),
    "sheet": _FILE,
    "plenary minutes.paper": ("a4|a3", "a4|a3"),
    "plenary minutes.log": ("FOLDER", "DIR"),
}
