"""The reference for the static model: plain Python and numpy, no tokenizer library.

`src/embedding` must give exactly these token ids, and these vectors to 1e-5.
Run it (Python 3.13, numpy 2) to write the golden file that the tests compare with:

    python reference.py > ../tests/embedding_golden.json
"""

import json
import pathlib
import struct
import sys
import unicodedata

import numpy as np

FOLDER = pathlib.Path(__file__).parent
IDEOGRAPHS = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)
MAX_WORD_CHARACTERS = 100


def load():
    """The rows, their scales, and the ids of the tokens by text."""
    data = (FOLDER / "static-minilm.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])

    def tensor(name, dtype):
        start, end = header[name]["data_offsets"]
        return np.frombuffer(data[8 + length + start : 8 + length + end], dtype).reshape(header[name]["shape"])

    tokens = (FOLDER / "vocab.txt").read_text(encoding="utf8").split("\n")[:-1]
    return tensor("embeddings", np.int8), tensor("scales", np.float32), {t: i for i, t in enumerate(tokens)}


def is_punctuation(c):
    o = ord(c)
    return 33 <= o <= 47 or 58 <= o <= 64 or 91 <= o <= 96 or 123 <= o <= 126 or unicodedata.category(c)[0] == "P"


def is_ideograph(c):
    return any(first <= ord(c) <= last for first, last in IDEOGRAPHS)


def words(text):
    clean = []
    for c in text:
        if c in "\t\n\r" or c.isspace():
            clean.append(" ")
        elif c in "\0\ufffd" or unicodedata.category(c)[0] == "C":
            continue
        elif is_ideograph(c):
            clean += [" ", c, " "]
        else:
            clean.append(c)
    plain = unicodedata.normalize("NFD", "".join(clean))
    plain = "".join(c for c in plain if unicodedata.category(c) != "Mn").lower()
    for run in plain.split():
        word = ""
        for c in run:
            if is_punctuation(c):
                if word:
                    yield word
                yield c
                word = ""
            else:
                word += c
        if word:
            yield word


def token_ids(text, vocabulary):
    ids = []
    for word in words(text):
        if len(word) > MAX_WORD_CHARACTERS:
            continue
        start, pieces = 0, []
        while start < len(word):
            mark, end = ("##" if start else ""), len(word)
            while end > start and mark + word[start:end] not in vocabulary:
                end -= 1
            if end == start:
                pieces = []
                break
            pieces.append(vocabulary[mark + word[start:end]])
            start = end
        ids += pieces
    return ids


def embed(text, model):
    rows, scales, vocabulary = model
    total = np.zeros(rows.shape[1], np.float32)
    for i in token_ids(text, vocabulary):
        total += scales[i] * rows[i].astype(np.float32)
    norm = np.linalg.norm(total)
    return total / norm if norm > 0 else total


# Half of these are ordinary; the others are where tokenizers go wrong.
TEXTS = [
    "",
    " \t\r\n",
    "Hello world",
    "The invoice was paid late; please send a reminder.",
    "Café Zürich: naïve résumés, 3.14% off!",
    "How do I reset my password?",
    "東京 unbelievably-tokenizable WebAssembly 🙂 worker",
    "Who approves purchases above fifty thousand dollars?",
    "Our CFO signs anything over 50k.",
    "naïve café — 12,500€ by Q1!",
    "competitor pricing came in lower",
    "zzzxq",
    "We're evaluating two other vendors, and legal won't move before the SOC 2 report lands.",
    "Can you send over pricing for 250 seats by Friday, 27 November 2026?",
    "https://example.com/docs/getting-started?ref=email&utm_source=q4#install",
    "anna.schmidt+sales@example.co.uk asked about SSO/SAML (Okta) on 2026-11-22T10:15:00Z",
    "def main(): return {'a': [1, 2, 3]}  # comment",
    "The quick brown fox jumps over the lazy dog",
    "ALL CAPS SHOUTING, MiXeD cAsE",
    "!!! ??? ... --- *** ___ ~~~ ``` ### ##a ##",
    # White space and control: tab, line feed, carriage return, information separators, NEL, and the odd spaces.
    "a\tb\nc\rd",
    "one\x1ctwo\x1dthree\x1efour\x1ffive",
    "next\x85line no\xa0break\u2003em\u2028line\u2029paragraph\u3000ideographic\u1680ogham",
    "bell\x07 back\x08space del\x7fete nul\0 replacement\ufffd esc\x1b[0m",
    "zero\u200bwidth\u200cnon\u200djoiner \ufeffbom soft\xadhyphen \u202eoverride\u202c \u2066isolate\u2069",
    "private\ue000use tag\U000e0041 noncharacter\ufdd0\uffff",
    # Composition: the same word composed, decomposed, with stacked marks in the wrong order, and fullwidth.
    "résumé re\u0301sume\u0301 re\u0301\u0323\u0327sume\u0327\u0301\u0323",
    "Å Å A\u030a ﬁne ﬀ ½ ² Ⅳ ㎏ ＦＵＬＬ　ｗｉｄｔｈ！",
    "\u0301leading mark, enclosing\u20dd and spacing \u0903 marks, ≠ ≮ ≯",
    # Case: dotted I, sharp s, final sigma at ends and before marks, titlecase digraph, Deseret, Cherokee.
    "İstanbul IĞDIR ı STRASSE straße ẞ",
    "ΟΔΥΣΣΕΥΣ ΣΑΣ, ΑΣ. ΑΣ.Α Σ ΑΣ\u0301 Α'Σ'Α ΆΣ",
    "ǅ Ǆ ǆ 𐐀𐐁 Ꭰꭰ Ω Ω K K",
    # Scripts: ideographs beside kana, Hangul (decomposes), compatibility and extension ideographs, right to left.
    "価格は来週までに送ります。東京タワー、カタカナ！",
    "한국어 텍스트 가격",
    "豈更車 𠀀𪜀𫝀 𫠠 㐀 丽",
    "السعر مرتفع جدًا؟ שלום עולם, मूल्य बहुत ज़्यादा है। ราคาแพงเกินไป",
    "Привет, мир! Цена слишком высокая. Ёлка Йод",
    "Giá quá cao, Đặng thị Nguyễn; żółć gęślą jaźń; øæå ð þ ł",
    # Emoji: modifiers, joined families, flags, keycaps, variation selectors.
    "👍🏽 great 👨‍👩‍👧‍👦 family 🇩🇪 1️⃣ ❤️ ok",
    "price🙂tag",
    "“smart” ‘quotes’ «guillemets» … – — ¿qué? ¡sí! § ¶ † ‡ • ‰ ′ ″ ⁄ ₹ € £ ¥ ©®™ ° ± × ÷",
    # Length: words of 100 and 101 characters, in bytes and not, beside ordinary ones; a word of unknown pieces.
    "x" * 100,
    "y" * 101,
    "short " + "é" * 100 + " " + "é" * 101 + " end",
    "pneumonoultramicroscopicsilicovolcanoconiosis antidisestablishmentarianism",
    "known\U0001f9ffunknown known",
    "a" * 60 + "-" + "b" * 60,
    "AAAA" * 30 + " base64Like/String+With==Padding 0123456789abcdef0123456789ABCDEF",
    "- ".join(["The buyer wants a lower price, and procurement needs 3 quotes before December. "] * 40),
    "e\u0301" * 50 + " " + "e\u0301" * 101 + " " + "\u0300" * 300 + "z",
]


def main():
    model = load()
    with np.errstate(all="raise"):
        cases = [
            {
                "text": text,
                "ids": token_ids(text, model[2]),
                "millionths": [round(float(x) * 1e6) for x in embed(text, model)],
            }
            for text in TEXTS
        ]
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    sys.stdout.write(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
