"""Texts of the pages of a plenary session, in Indonesian and English; a page shows one language.

Keys that begin with `read_state_`, `proposal_`, `act_`, `open_` or `role_` end with a code of the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

PLENARY_TEXTS: Final[Mapping[str, Message]] = {
    "nav_areas": ("Wilayah", "Areas"),
    "nav_proposals": ("Usulan", "Proposals"),
    "role_chair": ("ketua", "chair"),
    "role_member": ("anggota", "member"),
    "role_witness": ("saksi", "witness"),
    "role_viewer": ("layar", "screen"),
    "back_there": ("Kembali ke halaman itu", "Back to that page"),
    "news": (
        "Ada catatan baru sejak halaman ini dibuka. Muat ulang halaman untuk melihatnya.",
        "Something was logged since this page was opened. Load the page again to see it.",
    ),
    # areas
    "area": ("Wilayah", "Area"),
    "areas_how": (
        "Pilih wilayah rapat. TPS dibacakan satu per satu menurut urutan kodenya.",
        "Choose the area of the session. Stations are read out one by one, in the order of their codes.",
    ),
    "stations_counted": ("TPS terhitung", "Stations counted"),
    "stations_read": ("TPS dibacakan", "Stations read out"),
    "n_of": ("{n} dari {of}", "{n} of {of}"),
    "read_of": ("{n} dari {of} TPS sudah dibacakan", "{n} of {of:station} read"),
    "state": ("Keadaan", "State"),
    "area_open": ("terbuka", "open"),
    "area_is_closed": ("ditutup", "closed"),
    "area_within_closed": ("ditutup bersama wilayah di atasnya", "closed with the area around it"),
    "closed_by": ("Ditutup pada {at} oleh {names}", "Closed at {at} by {names}"),
    "area_frozen": (
        "Wilayah ini sudah ditutup: angkanya dibekukan dan tidak menerima perubahan. Rapat di tingkat atasnya dapat "
        "memutuskan; putusan itu ditampilkan sebagai putusan tingkat atas.",
        "This area is closed: its numbers are frozen and take no changes. A session above it can rule; such a "
        "statement is shown as a ruling from above.",
    ),
    "matters_open": ("Keberatan dan kejadian yang belum selesai", "Open objections and events"),
    "waiting": ("Menunggu orang kedua", "Waiting for a second person"),
    "go_on_reading": ("Lanjut membacakan: {station}", "Go on reading out: {station}"),
    "start_reading": ("Buka TPS pertama", "Open the first station"),
    "all_read": ("Semua TPS sudah dibacakan.", "All stations were read out."),
    "totals": ("Jumlah", "Totals"),
    "parts": ("Bagian wilayah", "Parts of the area"),
    "votes_of_parts": ("Suara per bagian wilayah", "Votes by part"),
    "closed_with": ("saat ditutup: {total}", "closed with: {total}"),
    "station_list": ("TPS menurut urutan kode", "Stations in the order of their codes"),
    "corrections": ("Perbaikan dalam rapat", "Corrections"),
    "by_and": ("{reason} – {names}, {at}", "{reason} – {names}, {at}"),
    "minutes": ("Catatan rapat (PDF)", "Minutes (PDF)"),
    "minutes_paper": ("Ukuran {paper}", "Paper size {paper}"),
    "minutes_draft": (
        "Selama wilayah terbuka, catatan ini rancangan. Ini alat bantu; formulir menurut peraturan tetap yang berlaku.",
        "While the area is open the minutes are a draft. They are an aid; the forms by law stay the forms by law.",
    ),
    "close_area": ("Menutup wilayah", "Closing the area"),
    "close_how": (
        "Penutupan membekukan semua angka wilayah ini. Ketua mengusulkan, orang kedua memastikan di perangkatnya.",
        "Closing freezes all numbers of the area. The chair proposes it, a second person confirms it on the own "
        "device.",
    ),
    "close_propose": ("Usulkan penutupan {area}", "Propose to close {area}"),
    "still_open": ("Yang belum selesai", "What is still open"),
    "nothing_open": ("Tidak ada yang tertinggal.", "Nothing is left open."),
    "open_unread": ("{n} TPS belum dibacakan", "{n:station} not read out"),
    "open_differs": ("{n} TPS dibacakan, ada perbedaan", "{n:station} read out with a difference"),
    "open_again": ("{n} TPS berubah sesudah dibacakan", "{n:station} changed after they were read out"),
    "open_missing": ("{n} TPS tanpa angka", "{n:station} without numbers"),
    "open_conflict": (
        "{n} TPS bertentangan dan tidak dihitung",
        "{n:station} in conflict, counted for nothing",
    ),
    "digest_now": ("Sidik pernyataan sekarang", "Digest of the statements now"),
    # a station
    "station_place": ("TPS ke-{place} dari {stations}", "Station {place} of {stations}"),
    "previous_station": ("TPS sebelumnya", "Previous station"),
    "next_station": ("TPS berikutnya", "Next station"),
    "read_state_none": ("belum dibacakan", "not read out"),
    "read_state_same": ("sama", "same"),
    "read_state_differs": ("berbeda", "differs"),
    "read_state_corrected": ("diperbaiki dengan alasan", "corrected with reason"),
    "read_state_again": ("berubah sesudah dibacakan: bacakan lagi", "changed since it was read out: read it again"),
    "who_when": ("{name}, {at}", "{name}, {at}"),
    "status_missing": ("belum ada formulir yang terbaca", "no form was read"),
    "status_conflict": (
        "Dua folder bertentangan; TPS ini tidak dihitung. Perbaiki angkanya menurut formulir.",
        "Two folders contradict each other; the station counts for nothing. Correct its numbers by the form.",
    ),
    "newer_count": (
        "Sesudah perbaikan ada pembacaan formulir yang baru; perbaikan tetap berlaku. Periksa lagi.",
        "A newer reading of the form arrived after the correction, which stands. Check it again.",
    ),
    "ruling": ("Angka yang berlaku adalah putusan tingkat atas.", "What stands is a ruling from above."),
    "main_numbers": ("Perolehan suara", "Votes"),
    "more_numbers": ("Angka lain", "Other numbers"),
    "item": ("Uraian", "Item"),
    "form_picture": ("Formulir", "Form"),
    "number_read": ("Terbaca", "Read"),
    "witness_copies": ("Salinan saksi", "Witness's copy"),
    "other_sources": ("Sumber lain", "Other sources"),
    "standing": ("Berlaku", "Standing"),
    "correct_to": ("Perbaiki menjadi", "Correct to"),
    "correct_to_of": ("{label}: perbaiki menjadi", "{label}: correct to"),
    "number_alt": ("Kotak angka: {label}", "The boxes: {label}"),
    "see_page": ("seluruh halaman", "whole page"),
    "no_copy": ("–", "–"),
    "no_pictures": (
        "Gambar formulir tidak ada di komputer ini (folder {folders}). Bacakan dari formulir kertas, atau mulai "
        "peladen dengan --results.",
        "The pictures of the form are not on this machine (folder {folders}). Read from the paper form, or start the "
        "server with --results.",
    ),
    "differs_chip": ("berbeda", "differs"),
    "agreed_next": ("Sama: dibacakan dan disetujui", "Same: read out and agreed"),
    "say_differs": ("Berbeda", "Differs"),
    "say_differs_why": ("Apa yang berbeda (tidak wajib)", "What differs (optional)"),
    "verdict": ("Hasil pembacaan", "Verdict"),
    "correct": ("Perbaikan dengan alasan", "Correct with reason"),
    "correct_how": (
        "Isi angka menurut formulir di kolom “Perbaiki menjadi”; - bila tidak ada tulisan, ? bila tidak terbaca. Yang "
        "dikosongkan tidak berubah. Perbaikan baru berlaku sesudah orang kedua memastikannya.",
        "Fill in what the form says in the column “Correct to”; - where nothing is written, ? where it cannot be read. "
        "Numbers left empty stay as they are. A correction stands only once a second person has confirmed it.",
    ),
    "reason": ("Alasan", "Reason"),
    "propose_correction": ("Usulkan perbaikan", "Propose the correction"),
    "copy": ("Salinan saksi", "A witness's copy"),
    "copy_how": (
        "Isi angka dari salinan yang dipegang saksi. Salinan ditampilkan di samping angka formulir dan tidak dihitung.",
        "Fill in the numbers of the copy that the witness holds. It is shown beside the form's numbers and never "
        "counted.",
    ),
    "copy_keep": ("Simpan salinan", "Keep the copy"),
    "copy_kept": ("Salinan disimpan.", "The copy was kept."),
    "said_by": ("Nama saksi (bila diisikan untuk orang lain)", "Name of the witness (if entered for somebody)"),
    # objections and special events
    "matters": ("Keberatan dan kejadian khusus", "Objections and special events"),
    "no_matters": ("Tidak ada.", "There are none."),
    "new_matter": ("Catat keberatan atau kejadian khusus", "Write down an objection or special event"),
    "matter_kind": ("Jenis", "Kind"),
    "matter_text": ("Apa yang diberatkan, atau apa yang terjadi", "What is objected to, or what happened"),
    "resolve": ("Selesaikan atau teruskan", "Settle or pass on"),
    "resolve_how": ("Bagaimana diselesaikan, atau ke mana diteruskan", "How it is settled, or where it goes"),
    "resolve_to": ("Menjadi", "State from then on"),
    "resolve_propose": ("Usulkan", "Propose"),
    # proposals
    "no_waiting": ("Tidak ada usulan yang menunggu.", "No proposal is waiting."),
    "earlier_proposals": ("Usulan sebelumnya", "Earlier proposals"),
    "act_correction": ("Perbaikan {subject}", "Correction of {subject}"),
    "act_resolution": ("Keberatan atau kejadian {subject}", "Objection or event, {subject}"),
    "act_closing": ("Penutupan {subject}", "Closing of {subject}"),
    "proposal_pending": (
        "menunggu orang kedua; belum ada yang berubah",
        "waits for a second person; nothing has changed yet",
    ),
    "proposal_confirmed": ("dipastikan", "confirmed"),
    "proposal_withdrawn": ("dicabut", "withdrawn"),
    "proposal_outdated": (
        "tidak berlaku lagi: angka atau catatannya berubah sesudah diusulkan",
        "no longer applies: numbers or notes changed after it was proposed",
    ),
    "proposed_by": ("Diusulkan {name} (ketua), {at}", "Proposed by {name} (chair), {at}"),
    "confirmed_by_second": ("Dipastikan {name} ({role})", "Confirmed by {name} ({role})"),
    "withdrawn_by": ("Dicabut {name}, {at}: {reason}", "Withdrawn by {name}, {at}: {reason}"),
    "before": ("Sebelum", "Before"),
    "after": ("Sesudah", "After"),
    "see_station": ("Lihat TPS dan formulirnya", "See the station and its form"),
    "confirm_proposal": ("Pastikan", "Confirm"),
    "confirm_how": (
        "Bandingkan dengan formulir kertas. Dengan memastikan, Anda menjadi orang kedua dengan nama Anda sendiri.",
        "Compare it with the paper form. By confirming you are the second person, in your own name.",
    ),
    "wait_second": (
        "Seorang anggota harus memastikan usulan ini dengan tautannya sendiri, di perangkat lain.",
        "A member has to confirm this with the own link, on another device.",
    ),
    "withdraw_proposal": ("Cabut usulan", "Withdraw the proposal"),
    "withdraw_why": ("Alasan mencabut", "Why it is withdrawn"),
    "becomes": ("menjadi: {state}", "becomes: {state}"),
    # people
    "people_how": (
        "Buat satu tautan untuk setiap orang. Nama itulah yang dicatat. Ketua membacakan dan mengusulkan; anggota "
        "memastikan dengan perangkat sendiri; saksi mencatat keberatan dan isi salinannya; layar hanya melihat, untuk "
        "proyektor.",
        "Make a link for everybody. The name is what the log holds. The chair reads out and proposes; a member "
        "confirms, on the own device; a witness writes down objections and copies; a screen only looks, for the "
        "projector.",
    ),
}
