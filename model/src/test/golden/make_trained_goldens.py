"""Writes what the reference makes of hard texts with trained models: expected ids and vectors for TrainedModelIT.

    pip install -r requirements.txt
    python make_trained_goldens.py OUT DIRECTORY...

OUT is it-tests/src/test/resources/trained, each DIRECTORY a model as ModelConverter makes it of a jar. OUT/NAME.json.gz has
the form of expected.json (make_goldens.py) without token_embeddings. The same versions give the same files.
"""

import gzip
import json
def q(s):
    r=ascii(s)
    return r if r[0]==chr(34) or chr(34) in r else chr(34)+r[1:-1]+chr(34)

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from sentence_transformers import SentenceTransformer

# Nothing, no letters, no words; scripts, marks and joiners; controls; special tokens that are spelled out; code; limits.
TEXTS = [
    "",
    " ",
    "\t\n\r\n \t",
    "\xa0\xa0\u2003\u3000",
    "\ufeffHello world",
    "   Hello   world   ",
    "\U0001f600 I love this! \U0001f389\U0001f389\U0001f389",
    "\U0001f600\U0001f603\U0001f604\U0001f601",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7\U0001f1ef\U0001f1f5",
    "great\U0001f44djob\U0001f4af",
    "\u673a\u5668\u5b66\u4e60\u6a21\u578b\u53ef\u4ee5\u628a\u53e5\u5b50\u53d8\u6210\u5411\u91cf\u3002",
    "\u81fa\u7063\u662f\u4e00\u500b\u7f8e\u9e97\u7684\u5cf6\u5dbc\uff0c\u6709\u8c50\u5bcc\u7684\u81ea\u7136\u8cc7\u6e90\u3002",
    "\U00020000\U00020001\U0002a6a5 rare ideographs",
    "\uff8a\uff9d\uff76\uff78\uff76\uff85 \uff71\uff72\uff73\uff74\uff75 \u30ac\u30ae\u30b0\u30b2\u30b4",
    "\uc548\ub155\ud558\uc138\uc694, \uc138\uacc4! \ud55c\uad6d\uc5b4 \ubb38\uc7a5\uc785\ub2c8\ub2e4.",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645\u060c \u0647\u0630\u0627 \u0646\u0635 \u0639\u0631\u0628\u064a.",
    "\u0627\u0644\u0633\u064e\u0651\u0644\u0627\u0645\u064f \u0639\u064e\u0644\u064e\u064a\u0652\u0643\u064f\u0645 \u0648\u064e\u0631\u064e\u062d\u0652\u0645\u064e\u0629\u064f \u0627\u0644\u0644\u0647\u0650",
    "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd \u05e2\u05b2\u05dc\u05b5\u05d9\u05db\u05b6\u05dd",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e, \u092f\u0939 \u090f\u0915 \u0939\u093f\u0902\u0926\u0940 \u0935\u093e\u0915\u094d\u092f \u0939\u0948\u0964",
    "\u0bb5\u0ba3\u0b95\u0bcd\u0b95\u0bae\u0bcd \u0b89\u0bb2\u0b95\u0bae\u0bcd, \u0b87\u0ba4\u0bc1 \u0b92\u0bb0\u0bc1 \u0ba4\u0bae\u0bbf\u0bb4\u0bcd \u0bb5\u0bbe\u0b95\u0bcd\u0b95\u0bbf\u0baf\u0bae\u0bcd.",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01 \u0e19\u0e35\u0e48\u0e04\u0e37\u0e2d\u0e1b\u0e23\u0e30\u0e42\u0e22\u0e04\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440! \u042d\u0442\u043e \u043f\u0440\u0435\u0434\u043b\u043e\u0436\u0435\u043d\u0438\u0435 \u043d\u0430 \u0440\u0443\u0441\u0441\u043a\u043e\u043c \u044f\u0437\u044b\u043a\u0435. \u0401\u043b\u043a\u0430",
    "\u0393\u03b5\u03b9\u03ac \u03c3\u03bf\u03c5 \u039a\u03cc\u03c3\u03bc\u03b5! \u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3 \u03a3\u0391\u03a3",
    "Xin ch\xe0o th\u1ebf gi\u1edbi, ti\u1ebfng Vi\u1ec7t c\xf3 nhi\u1ec1u d\u1ea5u.",
    "Stra\xdfe, Fu\xdfg\xe4nger\xfcberg\xe4nge, GRO\u1e9e, \xc4pfel",
    "cafe\u0301 nai\u0308ve re\u0301sume\u0301 A\u030angstro\u0308m",
    "Z\u0337\u0321\u031b\u0339\u0332\u0308\u0301\u030c\u0315a\u0334\u032f\u034cl\u0336\u0319\u033fg\u0338\u034e\u0308o\u0335\u0325\u0350 \u0163\u0334\u0328\u031b\u0307\u0308\u0301e\u0338\u031c\u035dx\u0335\u0318\u0302t",
    "\uff26\uff55\uff4c\uff4c\uff57\uff49\uff44\uff54\uff48\u3000\uff54\uff45\uff58\uff54\uff0c\uff11\uff12\uff13\uff01",
    "\u2200x\u2208\u211d: \u2308x\u2309 = \u2212\u230a\u2212x\u230b, \u03b1 \u2227 \xac\u03b2 \u2192 \u222b\u2080^\u221e e^{\u2212x\xb2}dx = \u221a\u03c0/2 \U0001d518\U0001d52b\U0001d526 \U0001d4b8\U0001d4f8\U0001d4ed\U0001d4ee \U0001d7d9\U0001d7da\U0001d7db",
    "\x01\x02\x03",
    "before\x00after",
    "broken \ufffd char \ufffd\ufffd",
    "\ue000\uf8ff private \U000f0000",
    "co\xadoperate\xadion",
    "\U000e0041\U000e0042 tag chars",
    "[CLS]",
    "[SEP]",
    "[cls] hello [sep] [mask] [Mask]",
    "[PAD][PAD][PAD] hello [PAD]",
    "##ing ##ed the ##s #hash ###",
    '{"a": [1, 2.5e-3, null, true], "b": {"c": "d\\n\\u00e9"}}',
    '^(?:[a-z0-9!#$%&\\\'*+/=?^_`{|}~-]+(?:\\.[a-z0-9]+)*|"(?:[\\x01-\\x08])*")@x$',
    "https://www.example.com/path/to/page.html?query=string&other=%20value%3D1#fragment-42",
    "C:\\Users\\Foo\\AppData\\Local\\Temp\\~$doc.docx and /usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30",
    "550e8400-e29b-41d4-a716-446655440000 deadbeefcafebabe 0xDEADBEEF",
    '!!!???...,,,;;;:::---___***&&&%%%$$$###@@@~~~```""\'\'',
    ".",
    "\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9",
    "\u263a\ufe0e \u263a\ufe0f \u260e\ufe0e \u260e\ufe0f",
    "K \xc5 \u03a9 \u017f \u1e9e \u0149 \u0390 \u01f0",
    "\u0301starts with combining",
    "\u0301\u0308\u0327",
    "Hello \u05e9\u05dc\u05d5\u05dd 123 \u0645\u0631\u062d\u0628\u0627 world",
    "xxxxx" * 20,  # as long as a word may be
    "xxxxx" * 20 + "x",  # and longer
    "word " * 254,  # with [CLS] and [SEP] as long as all-MiniLM-L6-v2 takes
    "word " * 255 + "[SEP] tail",  # its cut falls before a literal special token
    "The parcel left the depot at noon. " * 286,  # 10,000 characters
    "\u6c34\u8f66\u5728\u6cb3\u91cc\u8f6c\u52a8\u3002",
]


def expected(directory):
    """Each text alone, so that no padding takes part."""
    model = SentenceTransformer(directory, device="cpu", model_kwargs={"dtype": torch.float32})
    ids = [model.preprocess([text])["input_ids"][0].tolist() for text in TEXTS]
    vectors = [model.encode(text) for text in TEXTS]
    return {
        "texts": TEXTS,
        "max_seq_length": model.max_seq_length,
        "ids": ids,
        "embeddings": [[float(f"{x:.7g}") for x in vector] for vector in vectors],
    }


if __name__ == "__main__":
    out, *directories = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    for directory in directories:
        name = os.path.basename(os.path.normpath(directory))
        with open(os.path.join(out, name + ".json.gz"), "wb") as file:
            file.write(gzip.compress(json.dumps(expected(directory)).encode(), mtime=0))
