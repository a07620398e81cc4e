"""What the report of a rehearsal says, in Indonesian and English. Events and parts are keyed by their kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

REHEARSE_TEXTS: Final[Mapping[str, Message]] = {
    "title": ("Laporan geladi", "Report of a rehearsal"),
    "sub": (
        "Kabupaten buatan dengan {stations} TPS: dari foto pertama sampai berita acara yang diperiksa. Semua angka, "
        "orang "
        "dan tulisan tangan dibuat-buat.",
        "A made-up regency with {stations} stations: from the first photo to verified minutes. All numbers, people and "
        "handwriting are invented.",
    ),
    "command": ("Perintah: {command}", "Command: {command}"),
    "yes": ("ya", "yes"),
    "no": ("tidak", "no"),
    "none_needed": ("-", "-"),
    "n": ("n", "n"),
    # Tiles.
    "tile_stations": ("dari {n} TPS tercatat", "of {n} stations counted"),
    "tile_known": ("dari {n} angka tertulis diketahui", "of {n} written numbers known"),
    "tile_silent": ("dari {n} angka akhir salah tanpa terdeteksi", "of {n} final numbers silently wrong"),
    "tile_sums": ("dari {n} jumlah wilayah salah", "of {n} sums of areas wrong"),
    "tile_events": ("dari {n} kejadian tertangani", "of {n} events recovered from"),
    "tile_surprises": ("dari {n} perintah berakhir di luar dugaan", "of {n} commands ended otherwise than expected"),
    # Sections.
    "h_result": ("Kebenaran dan hasil", "Truth against result"),
    "h_levels": ("Jumlah di tiap tingkat", "Sums at every level"),
    "h_events": ("Kejadian", "Events"),
    "h_cost": ("Waktu dan biaya tiap langkah", "Time and cost of each step"),
    "h_parts": ("Apa yang hilang tanpa tiap bagian", "What would have been lost without each part"),
    "h_ways": ("Malam yang sama dengan cara lain", "The same night in other ways"),
    "h_verify": ("Pemeriksaan oleh verify.py saja", "Checked by verify.py alone"),
    "h_surprises": ("Perintah yang berakhir di luar dugaan", "Commands that ended otherwise than expected"),
    "h_assumed": ("Yang diandaikan", "What is assumed"),
    # Heads of tables.
    "c_stage": ("tahap", "stage"),
    "c_wrong": ("salah", "wrong"),
    "c_bound": ("salah paling banyak (95%)", "wrong at most (95%)"),
    "c_level": ("tingkat", "level"),
    "c_right": ("lengkap dan benar", "complete and right"),
    "c_off": ("salah", "wrong"),
    "c_least": ("disebut sedikitnya", 'said to be "at least"'),
    "c_event": ("kejadian", "event"),
    "c_noticed": ("diketahui", "noticed"),
    "c_named": ("disebut", "named"),
    "c_recovered": ("tertangani", "recovered"),
    "c_evidence": ("bukti, seperti dicetak (Inggris)", "evidence, as printed"),
    "c_step": ("langkah", "step"),
    "c_wall": ("menit", "minutes"),
    "c_cpu": ("menit CPU", "CPU minutes"),
    "c_each": ("detik CPU tiap TPS", "CPU seconds a station"),
    "c_part": ("bagian", "part"),
    "c_loss": ("tanpa bagian itu", "without it"),
    "c_way": ("cara", "way"),
    "c_entries": ("ketikan orang", "numbers typed by people"),
    "c_hours": ("jam kerja", "hours of work"),
    "c_bundle": ("kiriman", "bundle"),
    "c_code": ("kode selesai", "exit code"),
    "c_findings": ("temuan", "findings"),
    "c_command": ("perintah", "command"),
    "c_said": ("keluaran terakhir", "what it said last"),
    # Stages.
    "stage_machine": ("diterima mesin", "accepted by the machine"),
    "stage_review": ("ke pemeriksaan orang", "sent to people"),
    "stage_unseen": ("tidak ada di foto yang ada di kabupaten", "in no photo that the regency has"),
    "stage_confirmed": ("dipastikan petugas di meja", "confirmed by officers at the desk"),
    "stage_entered": ("ketikan pemeriksa", "entries of reviewers"),
    "stage_noon": ("diketahui siang harinya", "known at noon"),
    "stage_closed": ("sesudah rapat pleno", "after the sessions"),
    "level_regency": ("kabupaten", "regency"),
    "level_district": ("kecamatan", "district"),
    "level_village": ("desa", "village"),
    "levels_how": (
        "Tiap jumlah adalah satu angka formulir di satu wilayah, sesudah rapat pleno. Yang tidak lengkap disebut "
        "sedikitnya; "
        "itu benar bila tidak melebihi yang seharusnya. Selisih terbesar jumlah yang salah: {off}.",
        'Each sum is one number of the form in one area, after the sessions. What is incomplete is said to be "at '
        'least"; '
        "that is right where it is not above the truth. Largest difference of a wrong sum: {off}.",
    ),
    "result_how": (
        "{photos} foto dibaca, {written} angka tertulis di lembar yang difoto. Benar berarti sama dengan yang "
        "tertulis; "
        "sesudah rapat, sama dengan yang dihitung bila rapat memperbaiki penulis.",
        "{photos} photos were read; {written} numbers are written on the photographed sheets. Right is what is "
        "written; "
        "after the sessions, what was counted where a session corrected a clerk.",
    ),
    # Steps.
    "step_drawing": ("menggambar foto (bukan bagian malam itu)", "drawing photos (no part of the night)"),
    "step_keys": ("kunci dan daftar kunci", "keys and their roll"),
    "step_desks": ("meja: foto, konfirmasi, pemeriksaan", "desks: photos, confirmation, review"),
    "step_devices": ("laptop desa dan ponsel", "laptops of villages, phones"),
    "step_sealing": ("menyegel", "sealing"),
    "step_sending": ("mengirim dan menerima", "sending and receiving"),
    "step_adding": ("menjumlah dan menerbitkan", "sums and tables"),
    "step_plenary": ("rapat pleno", "plenary sessions"),
    "step_checking": ("pemeriksaan akhir", "final check"),
    "cost_how": (
        "Jam dinding dan CPU semua proses langkah itu di mesin ini, dengan {workers} proses pembaca. Orang yang "
        "ditirukan "
        "menjawab seketika.",
        "Wall clock and CPU of all processes of a step on this machine, with {workers} reading processes. Simulated "
        "people "
        "answer at once.",
    ),
    # Other ways.
    "way_this": ("malam ini", "this night"),
    "way_keyed": (
        "semua angka diketik dua orang, orang ketiga bila berbeda",
        "all numbers keyed by two, a third on difference",
    ),
    "way_reader": ("yang paling mungkin menurut pembaca angka saja", "what the best single reader says"),
    "verified_holds": ("semua cocok", "all holds"),
    "surprises_none": ("Tidak ada.", "None."),
    # Assumptions.
    "assume_typing": (
        "Orang salah mengetik {careful} dari angka-angka dan perlu {seconds} detik tiap angka: penilaian sendiri "
        "(rehearse/typist.py).",
        "People type {careful} of numbers wrong and take {seconds} seconds for each: by judgement "
        "(rehearse/typist.py).",
    ),
    "assume_photos": (
        "Foto: {presets}; petugas mengulang sekali foto yang ditolak ({again} dari {n} foto). Penilaian sendiri "
        "(rehearse/world.py).",
        "Photos: {presets}; officers take a refused photo again once ({again} of {n} photos). By judgement "
        "(rehearse/world.py).",
    ),
    "assume_session": (
        "Dalam rapat, dua orang membaca kertas tanpa salah.",
        "In the session two people read the paper without error.",
    ),
    "assume_disk": (
        "Disk penuh ditirukan dengan batas ukuran berkas, jam salah dengan proses yang melihat jam lain, ponsel dan "
        "laptop "
        "dengan folder dan proses di satu mesin.",
        "A full disk is played by a limit on the size of files, a wrong clock by a process that sees another time, "
        "phones "
        "and laptops by folders and processes of one machine.",
    ),
    # Events: what happened, and what the system did.
    "event_no_network": (
        "{villages} desa tanpa jaringan sampai siang",
        "{villages} villages without a network until noon",
    ),
    "did_no_network": (
        "Malam itu {before} dari {stations} TPS disebut belum ada; siangnya {after} tiba dengan diska lepas dan "
        "dihitung, {refused} tiba dan disebut tidak dihitung karena segelnya tidak cocok.",
        "In the evening {before} of {stations} stations were said to be missing; at noon {after} had arrived on sticks "
        "and counted, {refused} had arrived and were named as not counted, since their seals do not hold.",
    ),
    "event_never_comes": ("{stations} TPS tidak pernah datang", "{stations:station} never came"),
    "did_never_comes": (
        "{missing} disebut belum ada dalam rapat; jumlah di atasnya disebut sedikitnya.",
        '{missing:station} named as missing in the session; sums above are "at least".',
    ),
    "event_phone_lost": (
        "Ponsel TPS {station} hilang sesudah halaman 2; nomornya dipakai orang lain",
        "The phone of station {station} was lost after page 2; a stranger has its number",
    ),
    "did_phone_lost": (
        "Kunci dicabut dan diganti. Kiriman dari ponsel yang hilang disebut (kode {lost}); kiriman orang lain tidak "
        "diambil "
        "(kode {stranger}).",
        "The key was revoked and replaced. The lost phone's bundle was named (code {lost}); the stranger's was not "
        "taken "
        "(code {stranger}).",
    ),
    "event_qr_only": ("Dari TPS {station} hanya kode QR yang tiba", "Of station {station} a QR code alone arrived"),
    "did_qr_only": (
        "Kode diperiksa dan disimpan; memuat {numbers} angka, {right} di antaranya benar di penjumlahan.",
        "The code was checked and kept; it carries {numbers} numbers, {right} of them right in the sums.",
    ),
    "event_sms_first": (
        "TPS {station} mengirim SMS ({characters} huruf), kirimannya siang",
        "Station {station} sent an SMS ({characters} characters), its bundle at noon",
    ),
    "did_sms_first": (
        "Malam itu sementara; sesudah kiriman tiba, keduanya dibandingkan.",
        "Preliminary in the evening; compared with the statement when the bundle arrived.",
    ),
    "event_photos_twice": (
        "{stations} TPS mengirim semua foto dua kali",
        "{stations:station} sent all photos twice",
    ),
    "event_wrong_station": (
        "{stations} TPS ikut mengirim foto TPS lain",
        "{stations:station} sent a photo of another station, too",
    ),
    "event_other_election": (
        "{stations} TPS ikut mengirim formulir pemilihan lain",
        "{stations:station} sent a form of another election, too",
    ),
    "event_page_too_many": (
        "{stations} TPS ikut mengirim konsep halaman",
        "{stations:station} sent a draft of a page, too",
    ),
    "did_sent": (
        "Dari {numbers} angka TPS itu {known} diketahui sebelum rapat, {wrong} salah; {blank} disebut kosong walau ada "
        "tulisan, dan dihitung sebagai belum terbaca.",
        "Of {numbers} numbers of these stations {known} were known before the session, {wrong} of them wrong; {blank} "
        "were "
        "called empty though something is written, and counted as unread.",
    ),
    "event_careless_reviewer": (
        "{person} ceroboh: {wrong} dari {entries} ketikan salah",
        "{person} was careless: {wrong} of {entries} entries wrong",
    ),
    "did_careless_reviewer": (
        "{stand} yang berlaku pada akhirnya; angka uji: {checks_wrong} dari {checks} salah, terlihat pengawas.",
        "{stand} stand in the end; planted checks: {checks_wrong} of {checks} wrong, which the supervisor sees.",
    ),
    "event_people_differ": (
        "{numbers} angka dilihat berbeda oleh dua orang",
        "{numbers:number} seen differently by two people",
    ),
    "did_people_differ": (
        "{third} diputus orang ketiga; {right} dari {thirds} ketikan ketiga benar.",
        "{third} settled by a third person; {right} of {thirds} third entries right.",
    ),
    "event_plenary_corrects": (
        "{stations} penulis menulis sepuluh suara terlalu banyak",
        "{stations:clerk} wrote ten votes too many",
    ),
    "did_plenary_corrects": (
        "Salinan saksi menunjukkannya; rapat memperbaiki {corrected}.",
        "A witness's copy showed it; the session corrected {corrected}.",
    ),
    "event_laptop_dies": ("Sebuah laptop mati saat membaca", "A laptop died while it read"),
    "did_laptop_dies": (
        "{kept} foto sudah terbaca; {resumed} dari {photos} tidak dibaca lagi.",
        "{kept:photo} had been read; {resumed} of {photos} were not read again.",
    ),
    "event_server_dies": (
        "Server meja dimatikan sesudah {acknowledged} jawaban",
        "The server of a desk was killed after {acknowledged} answers",
    ),
    "did_server_dies": (
        "Sesudah dinyalakan lagi {found} dari {before} ketikan ada.",
        "Started again, it has {found} of {before} entries.",
    ),
    "event_disk_full": ("Disk sebuah laptop penuh", "The disk of a laptop was full"),
    "did_disk_full": (
        "Perintah berhenti dengan kode {code} dan menyebut sebabnya; lalu semua {photos} foto terbaca.",
        "The command ended with code {code} and said why; then all {photos} photos were read.",
    ),
    "event_wrong_clock": (
        "Jam laptop yang menyegel {stations} TPS meleset {seconds} detik",
        "The clock of a laptop that sealed {stations:station} was wrong by {seconds} seconds",
    ),
    "did_wrong_clock": (
        "Kirimannya diambil, jam yang salah disebut setiap kali, dan angkanya baru dihitung setelah rapat membacanya.",
        "Its bundle was taken, the wrong clock is named each time, and its numbers count only as a session reads them.",
    ),
    "event_altered_figure": (
        "Di kantor {votes} suara ditambahkan ke hasil TPS {station}",
        "In the office {votes} votes were added to the results of station {station}",
    ),
    "did_altered_figure": (
        "Folder tanpa segel, daftar sidik seperti semula: ditolak (kode {plain}). Daftar sidik dibuat baru: "
        "bertentangan dengan pernyataan tersegel (kode {careful}). Di folder penerima sendiri: kode {sealed}. Tidak "
        "terlihat: {unseen}.",
        "A bare folder with its list of hashes as it was: refused (code {plain}). With the list made anew: in conflict "
        "with the sealed statement (code {careful}). In the folder that receives: code {sealed}. Unseen: {unseen}.",
    ),
    "event_absent": (
        "{kind}: tidak terjadi, karena malam ini tidak ada tempatnya",
        "{kind}: did not happen, since this night had no place for it",
    ),
    # Parts.
    "part_witnesses": ("saksi lain dan aturan", "other witnesses and rules"),
    "loss_witnesses": (
        "{wrong} dari {n} angka salah tanpa terlihat; dengan itu {now} yang diterima mesin salah",
        "{wrong} of {n} numbers wrong unseen; with them {now} of those that the machine accepted",
    ),
    "part_review": ("pemeriksaan oleh orang", "review by people"),
    "loss_review": ("{numbers} dari {n} angka tidak diketahui", "{numbers} of {n} numbers not known"),
    "part_second_entry": ("ketikan kedua tanpa melihat yang pertama", "the second entry, made blind"),
    "loss_second_entry": ("{wrong} dari {n} ketikan pertama salah", "{wrong} of {n} first entries wrong"),
    "part_plenary": ("rapat pleno atas kertas", "the session on paper"),
    "loss_plenary": ("{numbers} dari {n} angka akhir tidak diketahui", "{numbers} of {n} final numbers not known"),
    "part_stick": ("diska lepas", "the stick"),
    "loss_stick": ("{after} TPS dengan {votes} suara tidak ada", "{after} stations with {votes} votes missing"),
    "part_qr": ("kode QR", "the QR code"),
    "loss_qr": ("{numbers} angka TPS {station} tidak ada", "{numbers} numbers of station {station} missing"),
    "part_roll": ("daftar kunci", "the roll of keys"),
    "loss_roll": (
        "{bundles} kiriman dengan angka TPS {station} dari orang yang tidak berhak dihitung",
        "{bundles:bundle} with numbers of station {station} from people without a right would count",
    ),
    "part_hashes": ("daftar sidik dan segel", "the lists of hashes and seals"),
    "loss_hashes": ("{votes} suara ditambahkan tanpa terlihat", "{votes} votes added unseen"),
    "part_journal": ("jurnal", "the journal"),
    "loss_journal": ("{resumed} dari {photos} foto dibaca lagi", "{resumed} of {photos} photos read again"),
    "part_durable": ("jawaban di disk sebelum halaman menjawab", "answers on the disk before the page answers"),
    "loss_durable": ("sampai {before} ketikan diketik lagi", "up to {before} entries typed again"),
    "part_clock": ("waktu yang tersegel", "sealed times"),
    "loss_clock": ("{stations} TPS dengan jam salah tanpa terlihat", "{stations:station} with a wrong time unseen"),
}
