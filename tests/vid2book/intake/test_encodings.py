"""Short texts in the encodings that their languages were written in."""

from __future__ import annotations

from pathlib import Path

import pytest

from vid2book.intake.encodings import EncodingError, decode
from vid2book.speech.subtitles import read_subtitles

CASES = Path(__file__).parents[2] / "data" / "cases"
TEXTS = {
    "ru": "Маятник это простой груз на нити. Сила тяжести тянет груз вниз.",
    "uk": "Маятник це проста маса на нитці. Її період не залежить від маси.",
    "bg": "Махалото е проста маса на конец. Силата на тежестта дърпа масата надолу.",
    "zh": "单摆是一个挂在细线上的小球。重力把它拉向下方。张力总是指向悬点。",
    "zh-Hant": "單擺是一個掛在細線上的小球。重力把它拉向下方。",
    "ja": "単振り子は糸につるした小さなおもりです。重力がそれを下に引きます。",
    "ko": "단진자는 실에 매달린 작은 추입니다. 중력이 추를 아래로 당깁니다.",
    "cs": "Kyvadlo je malé závaží na niti. Šikmá složka síly mění rychlost, ať děláme cokoli.",
    "pl": "Wahadło to mała masa na nici. Żadna inna siła nie działa.",
    "hu": "Az inga egy kis tömeg egy fonálon. Az időtől függő szög kicsi.",
    "de": "Die Spannung zeigt zum Aufhängepunkt. Für kleine Winkel ändert sich das Tempo.",
    "fr": "L'été, le pendule à ressort oscille. Ça dépend de l’angle.",
    "es": "La célula es la unidad básica de la vida. ¿Qué ocurre mañana?",
    "el": "Το εκκρεμές είναι μια μικρή μάζα σε νήμα. Η βαρύτητα την έλκει.",
    "tr": "Basit sarkaç ipe bağlı küçük bir kütledir. Yerçekimi onu aşağı çeker.",
    "he": "מטוטלת פשוטה היא מסה קטנה על חוט. כוח הכובד מושך אותה מטה.",
    "ar": "البندول البسيط كتلة صغيرة معلقة بخيط. تسحبها الجاذبية إلى الأسفل.",
    "th": "ลูกตุ้มอย่างง่ายคือมวลขนาดเล็กบนเชือก แรงโน้มถ่วงดึงลง",
}
ENCODINGS = {
    "ru": "cp1251 koi8-r cp866 iso8859-5",
    "uk": "cp1251 koi8-u",
    "bg": "cp1251",
    "zh": "gb18030 gbk",
    "zh-Hant": "big5 gb18030",
    "ja": "cp932 euc_jp iso2022_jp",
    "ko": "cp949",
    "cs": "cp1250 iso8859-2",
    "pl": "cp1250 iso8859-2",
    "hu": "cp1250",
    "de": "cp1252 latin-1",
    "fr": "cp1252",
    "es": "latin-1",
    "el": "cp1253 iso8859-7",
    "tr": "cp1254",
    "he": "cp1255",
    "ar": "cp1256",
    "th": "cp874",
}
PAIRS = [(language, e) for language, names in ENCODINGS.items() for e in names.split()]


def subrip(text: str) -> str:
    return f"1\n00:00:01,000 --> 00:00:04,000\n{text}\n"


@pytest.mark.parametrize(("language", "encoding"), PAIRS)
def test_a_text_whose_language_is_known_is_read(language: str, encoding: str) -> None:
    text = subrip(TEXTS[language])
    assert decode(text.encode(encoding), language.split("-")[0]).text == text


@pytest.mark.parametrize(("language", "encoding"), PAIRS)
def test_a_text_of_an_unknown_language_is_read_or_refused(language: str, encoding: str) -> None:
    text = subrip(TEXTS[language])
    try:
        read = decode(text.encode(encoding))
    except EncodingError as error:
        assert "save it as UTF-8" in str(error)
    else:
        assert read.text == text


def test_most_are_read_even_so() -> None:
    refused = []
    for language, encoding in PAIRS:
        try:
            decode(subrip(TEXTS[language]).encode(encoding))
        except EncodingError:
            refused.append((language, encoding))
    assert len(refused) <= 5, refused


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("language", ["zh", "ru", "de"])
def test_unicode_with_a_mark_or_without(encoding: str, language: str) -> None:
    text = subrip(TEXTS[language])
    assert decode(text.encode(encoding)).text == text


def test_a_byte_that_is_damaged_costs_its_own_character() -> None:
    text = subrip(TEXTS["ru"])
    data = text.encode()
    place = data.index("груз".encode()) + 1
    read = decode(data[:place] + b"\xff" + data[place + 1 :])
    assert "1 " not in read.encoding and "damaged" in read.note
    assert "Маятник это простой" in read.text and "тянет груз вниз" in read.text


@pytest.mark.parametrize(
    "data", [b"\0\1\2\3" * 50, bytes(range(128, 256)), b"\xff\xfe" + b"\0\xd8" * 9]
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(EncodingError):
        decode(data)


def test_the_language_that_is_told_decides() -> None:
    """Nine characters are few: they would read as Korean too."""
    data = subrip("重力把它拉向下方").encode("gb18030")
    assert "重力把它拉向下方" in decode(data, "zh").text
    with pytest.raises(EncodingError, match="alike"):
        decode(data)


def test_russian_captions_of_windows() -> None:
    subtitles = read_subtitles(CASES / "cp1251.srt")
    assert subtitles.segments[0].text == "Сегодня мы изучаем простой маятник."
    assert "cp1251" in subtitles.findings[0].reason
