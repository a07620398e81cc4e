"""The closed list of reasons why a number needs a person, and the person's next step for each.

Every reason has a sentence in Indonesian and English. The steps stand apart, because a number often has several
reasons with one step.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .catalog import Message, both

REASONS: Final[Mapping[str, Message]] = {
    "digits_uncertain": (
        "tulisan angkanya kurang jelas (keyakinan {confidence})",
        "the handwritten digits are not clear enough (confidence {confidence})",
    ),
    "digit_unreadable": (
        "kotak ke-{cells} berisi coretan, koreksi atau tulisan yang bukan angka",
        "box {cells} holds a correction, a scribble or something that is no digit",
    ),
    "struck_out": (
        "angkanya dicoret",
        "the number is struck out",
    ),
    "boxes_struck_out": (
        "kotaknya dicoret dan tampaknya tidak diisi",
        "its boxes are struck through and seem to hold no number",
    ),
    "overwritten": (
        "kotak ke-{cells} tampaknya berisi angka yang ditulis di atas angka lain",
        "box {cells} seems to hold one digit written over another",
    ),
    "bubbles_struck_out": (
        "bulatannya dicoret",
        "its bubbles are struck out",
    ),
    "cross_not_leading": (
        "ada tanda silang, strip atau kotak kosong setelah angka",
        "a cross, a dash or an empty box follows a digit",
    ),
    "blank_uncertain": ("mungkin kosong, tetapi belum pasti", "it may be blank, but that is not certain"),
    "blank_in_part": (
        "foto hanya memuat sebagian halaman tanpa satu angka pun, sehingga belum pasti kotak mana ini",
        "the photo shows a part of the page and no number on it, so it is not certain which boxes these are",
    ),
    "digit_missed": (
        "kotaknya tampak kosong, tetapi {number} akan membuat jumlahnya cocok ({rules})",
        "its boxes look empty, but {number} would make a sum hold ({rules})",
    ),
    "bubbles_disagree": (
        "bulatan menunjukkan {bubbles}, sedangkan angkanya terbaca {digits}",
        "the bubbles say {bubbles}, but the digits read {digits}",
    ),
    "bubbles_unclear": (
        "bulatan tidak lengkap, atau ada kolom dengan lebih dari satu ({bubbles})",
        "the bubbles are incomplete, or a column has more than one ({bubbles})",
    ),
    "digits_disagree": (
        "angka yang paling mungkin bukan yang terbaca di kotaknya ({digits})",
        "the likeliest number is not what the boxes read ({digits})",
    ),
    "strokes_disagree": (
        "turusnya {strokes}, sedangkan angkanya terbaca {digits}",
        "the strokes say {strokes}, but the digits say {digits}",
    ),
    "strokes_unclear": (
        "turusnya tampaknya {strokes}, tetapi belum jelas",
        "the strokes seem to be {strokes}, but they are not clear",
    ),
    "strokes_but_blank": (
        "turusnya {strokes}, tetapi kotak angkanya kosong",
        "the strokes say {strokes}, but no number is written in the boxes",
    ),
    "strokes_crossed_out": (
        "ada garis yang mencoret turusnya",
        "a line runs through its strokes",
    ),
    "row_totals_disagree": (
        "jumlah tiap baris seluruhnya {sum}, sedangkan angkanya terbaca {digits}",
        "the row totals add up to {sum}, but the digits say {digits}",
    ),
    "words_disagree": (
        'hurufnya terbaca {number} ("{words}"), sedangkan angkanya terbaca {digits}',
        'the words read {number} ("{words}"), but the digits read {digits}',
    ),
    "words_struck_out": (
        "ada coretan pada tulisan hurufnya",
        "something in the words is struck out",
    ),
    "words_unclear": (
        "hurufnya tampaknya {number}, tetapi kurang jelas",
        "the words seem to be {number}, but they are not clear",
    ),
    "words_unreadable": (
        "tulisan hurufnya tidak terbaca",
        "the words cannot be read",
    ),
    "words_as_digits": (
        "di tempat huruf tertulis angka, sehingga hurufnya bukan bukti kedua",
        "digits stand in place of the words, so the words are no second witness",
    ),
    "words_but_blank": (
        "hurufnya terbaca {number}, tetapi kotak angkanya kosong",
        "the words read {number}, but no number is written in the boxes",
    ),
    "words_unread_but_blank": (
        "ada tulisan di tempat huruf, tetapi kotak angkanya kosong",
        "something is written in the space for words, but no number is written in the boxes",
    ),
    "witness_disagrees": (
        "{witness} menunjukkan {number}, sedangkan angkanya terbaca {digits}",
        "the {witness} says {number}, but the digits read {digits}",
    ),
    "witness_unclear": (
        "{witness} tampaknya {number}, tetapi belum jelas",
        "the {witness} seems to be {number}, but it is not clear",
    ),
    "date_impossible": (
        "tanggalnya terbaca {read}, sedangkan tanggal yang mungkin adalah {possible}",
        "the date reads {read}, but the possible dates are {possible}",
    ),
    "list_differs": (
        "daftar menyebut {possible}, sedangkan angkanya terbaca {read}",
        "the list says {possible}, but the digits read {read}",
    ),
    "known_unclear": (
        "tulisannya tampaknya {possible} dan cocok dengan {witness}, tetapi kurang jelas",
        "the writing seems to be {possible} and agrees with the {witness}, but it is not clear enough",
    ),
    "rule_broken": ("jumlahnya tidak cocok: {rules}", "it does not add up: {rules}"),
    "no_second_witness": (
        "tidak ada bukti kedua (bulatan, turus, huruf, daftar, atau penjumlahan yang semua angkanya jelas)",
        "there is no second witness (bubbles, strokes, words, a list, or a sum whose numbers are all clear)",
    ),
    "cell_not_found": (
        "garis kotaknya tidak ditemukan: tertutup, atau kertasnya terlipat",
        "its printed box was not found: it is covered, or the paper is folded",
    ),
    "photos_disagree": (
        "foto {others} dari halaman yang sama terbaca {values}",
        "photo {others} of the same page reads {values}",
    ),
    "photos_of_two_sheets": (
        "foto {others} dari halaman yang sama menunjukkan nilai lain untuk angka lainnya: mungkin lembar lain",
        "photo {others} of the same page gives other values for other numbers: it may show another sheet",
    ),
    "station_doubtful": (
        "belum pasti angka ini milik TPS mana",
        "it is not certain which station this number belongs to",
    ),
    "other_sheet": (
        "lembar lain ikut terlihat ({others}), dan belum pasti lembar mana yang dimaksud",
        "another sheet is in sight ({others}), and it is not certain which sheet is meant",
    ),
    "other_photo_counts": (
        "angka ini diambil dari foto {counts}",
        "this number is taken from photo {counts}",
    ),
    "decided_by_person": (
        "ditetapkan oleh {by} pada {at}",
        "decided by {by} on {at}",
    ),
    "people_disagree": (
        "pemeriksa mengisi angka yang berbeda ({answers})",
        "people decided differently ({answers})",
    ),
    "people_cannot_read": (
        "menurut {by} angkanya tidak terbaca, atau gambarnya bukan angka itu",
        "{by} cannot read it, or the picture shows another number",
    ),
    "second_entry_awaited": (
        "baru {by} yang mengisi; isian orang kedua belum ada",
        "only {by} has entered it; a second entry is awaited",
    ),
    "outside_photo": (
        "kotaknya terletak di luar foto atau di tepinya",
        "its boxes lie outside the photo or on its edge",
    ),
    "cell_small": (
        "kotaknya terlalu kecil di foto untuk dapat diandalkan",
        "its boxes are too small on the photo to be relied on",
    ),
    "cell_blurred": (
        "kotaknya terlalu kabur untuk dapat diandalkan",
        "its boxes are too blurred to be relied on",
    ),
    "cell_washed": (
        "pantulan atau cahaya memutihkan kotaknya, sehingga garis dapat hilang",
        "a reflection or too much light washes out its boxes: strokes may be lost",
    ),
}

_LOOK = (
    "Lihat gambarnya dan ketik angka yang tertulis di kotak.",
    "Look at the picture and write down the number in the boxes.",
)

_BESIDE_WORDS = (
    "Lihat gambarnya; bila kotaknya memang kosong, tulis kosong: angkanya ditanyakan kepada KPPS.",
    "Look at the picture; if the boxes are empty, write blank: the number is for the station's officers to say.",
)

# What a person does about a number, by the reason for its review. A full sentence each.
STEPS: Final[Mapping[str, Message]] = {
    "digits_uncertain": _LOOK,
    "digit_unreadable": (
        "Lihat gambarnya; bila ada angka yang dicoret, tulis angka penggantinya.",
        "Look at the picture; where a digit is struck out, write down the one that replaces it.",
    ),
    "struck_out": (
        "Lihat gambarnya: tulis angka pengganti di dekatnya; bila tidak ada, tulis kosong dan tanyakan kepada KPPS.",
        "Look at the picture: write down the number that replaces it; if there is none, write blank and ask the "
        "station's officers.",
    ),
    "boxes_struck_out": (
        "Lihat gambarnya; bila kotaknya hanya dicoret karena tidak terpakai, tulis kosong: kotak kosong bukan nol.",
        "Look at the picture; if the boxes are only struck through as unused, write blank: empty boxes are not zero.",
    ),
    "overwritten": (
        "Lihat gambarnya dan tulis angka yang ditulis terakhir; bila ragu, tanyakan kepada KPPS.",
        "Look at the picture and write down the digit that was written last; if in doubt, ask the station's officers.",
    ),
    "bubbles_struck_out": (
        "Lihat gambarnya dan ketik angka yang tertulis di kotak, bila angka itu sendiri tidak dicoret.",
        "Look at the picture and write down the number in the boxes, if that number is not struck out itself.",
    ),
    "cross_not_leading": (
        "Lihat gambarnya; bila tanda itu membatalkan angka, tanyakan kepada KPPS apa yang dimaksud.",
        "Look at the picture; if that mark cancels the number, ask the station's officers what was meant.",
    ),
    "blank_uncertain": (
        "Lihat gambarnya; bila tidak ada tulisan, tulis kosong: kotak kosong bukan nol.",
        "Look at the picture; if nothing is written, write blank: empty boxes are not zero.",
    ),
    "blank_in_part": (
        "Foto seluruh halamannya, atau pastikan dahulu di formulir kertas bahwa kotak ini memang yang dimaksud; bila "
        "tidak ada tulisan, tulis kosong.",
        "Photograph the whole page, or first make sure on the paper form that these are the boxes that are meant; if "
        "nothing is written, write blank.",
    ),
    "digit_missed": (
        "Lihat gambarnya: angka yang menempel di garis kotak mudah terlewat; bila tidak ada tulisan, tulis kosong.",
        "Look at the picture: a digit on the printed frame is easily missed; if nothing is written, write blank.",
    ),
    "bubbles_disagree": (
        "Lihat gambarnya dan ketik angka yang tertulis di kotak, dengan catatan bila bulatannya memang berbeda.",
        "Look at the picture and write down the number in the boxes, with a note if the bubbles do differ.",
    ),
    "bubbles_unclear": _LOOK,
    "digits_disagree": _LOOK,
    "strokes_disagree": (
        "Lihat gambarnya, hitung ulang turusnya, dan ketik angka yang tertulis di kotak, dengan catatan bila turusnya "
        "berbeda.",
        "Look at the picture, count the strokes again, and write the number of the boxes, with a note if they differ.",
    ),
    "strokes_unclear": _LOOK,
    "strokes_but_blank": (
        "Lihat gambarnya; bila kotaknya memang kosong, tulis kosong: angkanya ditanyakan kepada KPPS.",
        "Look at the picture; if the boxes are empty, write blank: the number is for the station's officers to say.",
    ),
    "strokes_crossed_out": (
        "Lihat gambarnya: hitung turus yang tidak dicoret, dan ketik angka yang tertulis di kotak, dengan catatan bila "
        "berbeda.",
        "Look at the picture: count the strokes that are not crossed out, and write down the number in the boxes, with "
        "a note if they differ.",
    ),
    "row_totals_disagree": (
        "Bandingkan jumlah tiap baris dengan gambarnya dan ketik angka yang tertulis di kotak, dengan catatan bila "
        "berbeda.",
        "Compare the row totals with the picture and write down the number in the boxes, with a note if they differ.",
    ),
    "words_disagree": (
        "Lihat gambar angka dan hurufnya, dan ketik angka yang tertulis di kotak, dengan catatan bila hurufnya memang "
        "berbeda.",
        "Look at the pictures of digits and words, and write down the number in the boxes, with a note if the words do "
        "differ.",
    ),
    "words_struck_out": (
        "Lihat gambar angka dan hurufnya, dan ketik angka yang tertulis di kotak; bila angka itu yang dibatalkan, "
        "tanyakan kepada KPPS.",
        "Look at the pictures of digits and words, and write down the number in the boxes; if that number is the one "
        "taken back, ask the station's officers.",
    ),
    "words_unclear": _LOOK,
    "words_unreadable": _LOOK,
    "words_as_digits": _LOOK,
    "words_but_blank": _BESIDE_WORDS,
    "words_unread_but_blank": _BESIDE_WORDS,
    "witness_disagrees": (
        "Lihat gambarnya dan ketik angka yang tertulis di kotak, dengan catatan bila bukti lainnya memang berbeda.",
        "Look at the picture and write down the number in the boxes, with a note if the other witness does differ.",
    ),
    "witness_unclear": _LOOK,
    "date_impossible": (
        "Lihat gambarnya dan ketik angka yang tertulis di kotak; bila tanggal lain itu benar, sebutkan dengan "
        "--election-date atau kolom election_date di daftar TPS.",
        "Look at the picture and write down the number in the boxes; where another date is right, name it by "
        "--election-date or in the column election_date of the list of stations.",
    ),
    "list_differs": (
        "Lihat gambarnya dan ketik angka yang tertulis di kotak, dengan catatan bila daftarnya memang berbeda.",
        "Look at the picture and write down the number in the boxes, with a note if the list does differ.",
    ),
    "known_unclear": _LOOK,
    "rule_broken": (
        "Bandingkan setiap angka penjumlahan ini dengan gambarnya; bila memang tertulis begitu, biarkan apa adanya.",
        "Compare each number of this sum with its picture; if that is what is written, leave it as it is.",
    ),
    "no_second_witness": _LOOK,
    "cell_not_found": (
        "Ratakan kertasnya dan ulangi foto, atau tulis angkanya bila terbaca di gambar.",
        "Flatten the paper and take the photo again, or write down the number if the picture shows it.",
    ),
    "photos_disagree": (
        "Bandingkan kedua foto dan tulis angka di kertasnya.",
        "Compare the two photos and write down the number on the paper.",
    ),
    "photos_of_two_sheets": (
        "Bandingkan kedua foto; bila keduanya menunjukkan lembar yang sama, ketik angka yang tertulis di kotak.",
        "Compare the two photos: where they show the same sheet, write down the number in the boxes.",
    ),
    "station_doubtful": (
        "Pastikan dahulu TPS-nya: lihat masalah pada fotonya.",
        "Find out the station first: see the photo's problem.",
    ),
    "other_sheet": (
        "Foto setiap lembar sendiri-sendiri; bila tidak dapat, pastikan dahulu bahwa lembar yang dibaca ini yang "
        "dimaksud, lalu ketik angka yang tertulis di kotak.",
        "Photograph each sheet by itself; where that cannot be done, first make sure that the sheet that was read is "
        "the one that is meant, then write down the number in its boxes.",
    ),
    "other_photo_counts": ("Periksa angkanya di foto itu.", "Check the number on that photo."),
    "decided_by_person": (
        "Bila keputusan itu keliru, terapkan baris yang dibetulkan.",
        "If that decision is wrong, apply a corrected row.",
    ),
    "people_disagree": (
        "Minta yang keliru membetulkan jawabannya sendiri, atau minta orang ketiga mengisi angka yang tertulis di "
        "kotak.",
        "Ask whoever is wrong to correct the answer, or ask a third person to write down the number in the boxes.",
    ),
    "people_cannot_read": (
        "Foto halaman itu lagi, atau lihat formulir kertasnya.",
        "Take another photo of the page, or look at the paper form.",
    ),
    "second_entry_awaited": (
        "Minta orang kedua mengisi angka yang tertulis di kotak, tanpa melihat isian yang pertama.",
        "Ask a second person to write down the number in the boxes, without seeing the first entry.",
    ),
    "outside_photo": (
        "Ulangi foto dengan seluruh halaman di dalam bingkai.",
        "Take the photo again with the whole page in the frame.",
    ),
    "cell_small": (
        "Minta foto asli yang diambil lebih dekat; bila tidak ada, tulis angkanya hanya bila terbaca jelas.",
        "Ask for the original photo taken from closer; if there is none, write down the number only if it is plain.",
    ),
    "cell_blurred": (
        "Minta foto yang lebih tajam; bila tidak ada, tulis angkanya hanya bila terbaca jelas.",
        "Ask for a sharper photo; if there is none, write down the number only if it is plain.",
    ),
    "cell_washed": (
        "Minta foto tanpa pantulan; bila tidak ada, tulis angkanya hanya bila terbaca jelas.",
        "Ask for a photo without the reflection; if there is none, write down the number only if it is plain.",
    ),
}


def reason(code: str, data: Mapping[str, Any]) -> dict[str, str]:
    """Why a number goes to review or was taken from a person, `{"id": ..., "en": ...}`."""
    return both(REASONS[code], data)


def step(code: str) -> dict[str, str]:
    """What a person does about a number that goes to review for this reason, `{"id": ..., "en": ...}`."""
    return both(STEPS[code], {})
