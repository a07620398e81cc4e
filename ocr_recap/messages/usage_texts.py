"""The texts of `errors.WrongUse` by cause: a command, an option or an argument that cannot be taken as given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .catalog import Message

WRONG_USE: Final[Mapping[str, Message]] = {
    "person_without_name": (
        "Tulis nama orangnya, paling banyak {most} huruf.",
        "Write the person's name, at most {most} characters.",
    ),
    "person_name_taken": (
        "Nama {name} sudah dipakai. Tulis nama lain, karena keputusan dicatat dengan nama.",
        "The name {name} is taken. Write another, since decisions are logged by name.",
    ),
    "role_unknown": ("Pilih tugasnya.", "Choose the role."),
    "revoke_oneself": (
        "Tautan Anda sendiri tidak dapat dicabut di sini. Pengawas lain dapat mencabutnya.",
        "Your own link cannot be revoked here. Another supervisor can revoke it.",
    ),
    "station_no_code": (
        "“{text}” bukan kode TPS. Tulis 13 digit, misalnya 2101142004001; pisahkan beberapa kode dengan spasi.",
        "“{text}” is no station code. Write 13 digits, such as 2101142004001; separate codes by spaces.",
    ),
    "no_station_in_qr": (
        "Tidak ada kode TPS di foto itu. Foto kode QR-nya lebih dekat dan lurus, atau ketik kodenya.",
        "There is no station code in the photo. Take the QR code closer and straight, or type the code.",
    ),
    "upload_size": (
        "Foto itu kosong atau lebih besar dari {most} MB. Kirim foto asli dari kamera.",
        "The photo is empty or larger than {most} MB. Send the photo as the camera made it.",
    ),
    "slip_without_station": (
        "Kode TPS terdiri dari 13 digit. Ketik kode yang tertulis di salinan.",
        "The code of a station has 13 digits. Type the one that stands on the slip.",
    ),
    "upload_no_photo": (
        "Berkas itu bukan foto yang dikenal (JPEG, PNG, WEBP, HEIC, TIFF, PDF). Ambil foto halaman dengan kamera.",
        "The file is no photo of a known kind (JPEG, PNG, WEBP, HEIC, TIFF, PDF). Take a photo of the page.",
    ),
    "upload_withdrawn": (
        "Foto yang persis sama sudah ditarik oleh {by} ({reason}). Ambil foto baru halaman itu.",
        "This very photo was withdrawn by {by} ({reason}). Take a new photo of the page.",
    ),
    "sheet_settled": (
        "Halaman ini sudah diputuskan atau sedang dikerjakan orang lain. Buka lagi halaman dua lembar.",
        "This page was settled, or somebody else works on it. Open the page of two sheets again.",
    ),
    "sheet_answer": (
        "Pilih salah satu jawaban, lalu simpan lagi.",
        "Choose one of the answers, and save again.",
    ),
    "withdraw_reason": (
        "Tulis alasan mengapa foto ini ditarik, lalu kirim lagi.",
        "Write why this photo is withdrawn, and send the form again.",
    ),
    "no_such_number": (
        "Angka itu tidak ada lagi di hasil. Muat ulang halaman ini.",
        "The number is no longer in the results. Load this page again.",
    ),
    "number_settled": (
        "Angka itu sudah tuntas oleh orang lain.",
        "The number was settled by others.",
    ),
    "answer_is_none": (
        "“{text}” bukan jawaban. Ketik angkanya (paling banyak {boxes} angka), - kalau tidak ada yang tertulis, "
        "? kalau tidak terbaca.",
        "“{text}” is no answer. Type the number (at most {boxes} digits), - where nothing is written, ? where "
        "it cannot be read.",
    ),
    "watch_no_folder": (
        "--watch {folder}: folder itu tidak ada. Buat dahulu, atau tulis folder lain.",
        "--watch {folder}: there is no such folder. Make it first, or name another.",
    ),
    "accept_without_name": (
        "--accept-edits memerlukan alasan dan nama, karena keduanya dicatat: --accept-edits ALASAN --by NAMA.",
        "--accept-edits needs a reason and a name, since both are logged: --accept-edits REASON --by NAME.",
    ),
    "usage_missing": (
        "{what} belum ditulis. Contoh dan semua opsi: {help}",
        "{what} is missing. An example and all options: {help}",
    ),
    "usage_value": (
        "{what}: nilai itu tidak dapat dipakai. Yang boleh: {allowed}. Penjelasan: {help}",
        "{what}: that value cannot be used. Allowed: {allowed}. Explanation: {help}",
    ),
    "usage_no_option": (
        "Tidak ada opsi {option}{similar}. Semua opsi: {help}",
        "There is no option {option}{similar}. All options: {help}",
    ),
    "usage_option_value": (
        "{option}: nilainya belum ditulis. Contoh dan penjelasan: {help}",
        "{option}: its value is missing. An example and explanation: {help}",
    ),
    "usage_option_flag": (
        "{option}: opsi ini tidak memakai nilai. Tulis {option} saja. Penjelasan: {help}",
        "{option}: this option takes no value. Write {option} alone. Explanation: {help}",
    ),
    "usage_no_command": (
        "Tidak ada perintah {name}{similar}. Semua perintah: {help}",
        "There is no command {name}{similar}. All commands: {help}",
    ),
    "usage_arguments": (
        "Ada argumen yang berlebih. Contoh dan penjelasan: {help}",
        "There are too many arguments. An example and explanation: {help}",
    ),
    "stations_and_none": (
        "--stations dan --no-stations tidak dapat dipakai bersama. Hapus salah satu.",
        "--stations and --no-stations exclude each other. Remove one of them.",
    ),
    "option_too_small": (
        "{option}: nilainya paling sedikit {limit}. Tulis angka yang lebih besar.",
        "{option}: the value must be {limit} at least. Write a larger number.",
    ),
    "option_too_large": (
        "{option}: nilainya paling banyak {limit}. Tulis angka yang lebih kecil.",
        "{option}: the value must be {limit} at most. Write a smaller number.",
    ),
    "executor_unknown": (
        "Tempat membaca {executor} tidak dikenal di sini. Pilih dari: {executors}.",
        "The executor {executor} is not known here. Choose among: {executors}.",
    ),
    "format_unknown": (
        "Format tabel {format} tidak dikenal di sini. Pilih dari: {formats}.",
        "The table format {format} is not known here. Choose among: {formats}.",
    ),
    "option_date": (
        "{option}: {text} bukan tanggal. Tulis TTTT-BB-HH, misalnya 2024-02-14.",
        "{option}: {text} is no date. Write YYYY-MM-DD, such as 2024-02-14.",
    ),
    "option_pattern": (
        "--station-pattern {pattern} bukan ekspresi reguler. Perbaiki polanya: periksa tanda kurung dan garis miring.",
        "--station-pattern {pattern} is no regular expression. Correct the pattern: check brackets and backslashes.",
    ),
    "templates_twice": (
        "Templat disebut dua kali, di Options(templates=...) dan di Reader(templates=...). Sebut di satu tempat saja.",
        "Templates are named twice, in Options(templates=...) and in Reader(templates=...). Name them in one place.",
    ),
    "evaluate_needs_both": (
        "Beri folder hasil dan kunci jawaban: ocr-recap evaluate HASIL truth.jsonl",
        "Give results and truth: ocr-recap evaluate RESULTS truth.jsonl",
    ),
    "cells_alone": (
        "--cells berdiri sendiri: hapus folder hasil, kunci jawaban dan --html dari perintah.",
        "--cells stands alone: remove results, truth and --html from the command.",
    ),
    "no_such_page": (
        "Tidak ada halaman {page}{similar}. `ocr-recap docs` menampilkan daftarnya.",
        "There is no page {page}{similar}. `ocr-recap docs` lists all of them.",
    ),
    "sheet_filled_in": (
        "{path} sudah diisi dan tidak ditimpa. Pilih folder lain dengan --out.",
        "{path} is filled in and is not overwritten. Choose another folder with --out.",
    ),
    "synth_without_out": ("Tulis --out: ke mana hasilnya.", "Add --out: where results go."),
    "synth_cells_with_more": (
        "--cells hanya dapat dipakai dengan --out, --seed, --writers dan --mnist. Hapus yang lain.",
        "--cells goes with --out, --seed, --writers and --mnist only. Remove the others.",
    ),
    "synth_without_form": (
        "Tulis formulir dan --count, misalnya: ocr-recap synth c-hasil-ppwp-2024 --count 30 --out photos",
        "Name a form and --count, for example: ocr-recap synth c-hasil-ppwp-2024 --count 30 --out photos",
    ),
    "defect_unknown": (
        "--defect {unknown}: tidak dikenal; pilih dari {known}.",
        "--defect {unknown}: unknown; choose from {known}.",
    ),
    "folder_not_empty": (
        "{path} sudah berisi; pilih folder baru supaya foto lama tidak bercampur.",
        "{path} is not empty; choose a new folder, so that old photos are not mixed in.",
    ),
    "file_exists": (
        "{path} sudah ada; pilih --out lain, atau timpa dengan --force.",
        "{path} is there already; choose another --out, or overwrite it with --force.",
    ),
    "pages_differ_in_size": (
        "Halaman-halaman ini berbeda ukuran; beri satu per satu.",
        "These pages differ in size; give them one by one.",
    ),
    "paper_size": ("--paper {size}: tulis seperti 297x420.", "--paper {size}: write it as 297x420."),
    "paper_unlike_sheet": (
        "--paper {size}: kertas itu tidak sebanding dengan {width} x {height} piksel. Perbaiki ukurannya.",
        "--paper {size}: that paper does not fit {width} x {height} pixels. Correct its size.",
    ),
}
