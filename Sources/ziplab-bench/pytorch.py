"""PyTorch's times on this machine, for the figures of `make bench` that compare with it.

    python Sources/ziplab-bench/pytorch.py FOLDER [--classes 100] [--threads 2]

FOLDER is a model folder, as 'ziplab model random vit-b-16 FOLDER' writes one. Needs torch and transformers.
"""
import argparse
import time

import torch
from transformers import CLIPModel

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--classes", type=int, default=100)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--repetitions", type=int, default=3)
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(0)
model = CLIPModel.from_pretrained(options.folder).eval()
text, vision = model.config.text_config, model.config.vision_config
ids = torch.randint(0, 400, (options.classes, text.max_position_embeddings))
ids[:, -1] = text.eos_token_id
pixels = torch.randn(32, 3, vision.image_size, vision.image_size)


def measure(work):
    times = []
    with torch.inference_mode():
        work()
        for _ in range(options.repetitions):
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
    times.sort()
    return times[0], times[len(times) // 2], times[-1]


print(f"torch {torch.__version__}, {torch.get_num_threads()} threads; min–median–max of {options.repetitions}")
low, middle, high = measure(lambda: model.get_text_features(input_ids=ids))
print(f"text features of {options.classes} prompts of {ids.shape[1]} tokens: {low:.3f}–{middle:.3f}–{high:.3f} s a query")
low, middle, high = measure(lambda: model.get_image_features(pixel_values=pixels))
print(f"32 images at once: {32 / high:.2f}–{32 / middle:.2f}–{32 / low:.2f} images/s")
