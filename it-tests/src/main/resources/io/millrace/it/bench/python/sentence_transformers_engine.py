"""sentence-transformers as an engine of the bench.

    sentence_transformers_engine.py MODEL TEXTS CORES f32|bf16 [CHOICE]

Speaks the bench's protocol: a JSON object a line, 'ready' unasked, then one for each line of standard input: 'warm N',
'pass', 'vectors N FILE'. Its own code sorts the texts by length. Tried out is the batch size.
"""

import json
import os
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "true"

BATCH_SIZES = (16, 32, 64, 128)

answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)  # libraries print where they like; the answers must not be among it


def say(**answer):
    print(json.dumps(answer), file=answers, flush=True)


def main():
    directory, file, cores, precision = sys.argv[1:5]
    chosen = int(sys.argv[5]) if len(sys.argv) > 5 else None
    with open(file, encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]

    start = time.perf_counter()
    import sentence_transformers
    import torch

    torch.set_num_threads(int(cores))
    library = time.perf_counter()
    dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[precision]
    model = sentence_transformers.SentenceTransformer(directory, device="cpu", model_kwargs={"dtype": dtype})
    loaded = time.perf_counter()
    state = {"size": chosen or 32, "vectors": None}

    def encode(some):
        begin = time.perf_counter()
        state["vectors"] = model.encode(some, batch_size=state["size"], show_progress_bar=False)
        return time.perf_counter() - begin

    def warm(count):
        some = texts[:count]
        encode(some[:32])
        if chosen is None:
            seconds = {}
            for state["size"] in BATCH_SIZES:
                encode(some)
                seconds[state["size"]] = encode(some)
            state["size"] = min(seconds, key=seconds.get)
        else:
            encode(some)
        setting = f"{torch.get_num_threads()} threads; {state['size']} texts a batch, sorted by length"
        say(warm={"setting": setting, "choice": str(state["size"])})

    def vectors(count, path):
        rows = state["vectors"][: int(count)].astype("<f4")
        rows.tofile(path)
        say(vectors={"count": rows.shape[0], "dimension": rows.shape[1]})

    tokenized = model.tokenize(texts) if hasattr(model, "tokenize") else model.preprocess(texts)
    tokens = int(tokenized["attention_mask"].sum())
    del tokenized
    version = f"sentence-transformers {sentence_transformers.__version__}, PyTorch {torch.__version__}"
    say(ready={"version": version, "library_seconds": library - start, "load_seconds": loaded - library})
    for line in sys.stdin:
        words = line.rstrip("\n").split(" ", 2)
        if words[0] == "warm":
            warm(int(words[1]))
        elif words[0] == "pass":
            seconds = encode(texts)
            say(**{"pass": {"seconds": seconds, "texts": len(texts), "tokens": tokens, "operations": 0}})
        else:
            vectors(words[1], words[2])


try:
    main()
except Exception as e:
    say(error=f"{type(e).__name__}: {e}")
    sys.exit(1)
