"""Records the derivatives of the logits along directions of gauss-newton, as PyTorch computes them.

    python Tests/PromptTuningTests/Fixtures/record_jacobian.py [--ziplab .build/release/ziplab]

Run from the repository root after `swift build -c release`. ziplab draws the start and the directions and writes an audit
trace. The square root of the words' covariance is made here again from the weights; the derivatives come from
forward-mode differentiation of transformers' `CLIPModel` in double precision (its attention takes the softmax in float32,
so they are good to some 1e-6). The script ends with an error where the root differs from ziplab's, or a derivative from a
central difference of PyTorch's own logits, by more than 1e-4. Otherwise it writes jacobian.safetensors beside itself:
start [m, d], changes [k, m, d] of the context along each direction, derivatives [k, N, C]. Needs torch, transformers,
safetensors, pillow, numpy.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.numpy import save_file
from transformers import CLIPModel, CLIPTokenizer
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

MODEL = "Assets/Model"
DATA = "Assets/Data/stamps"
DIRECTIONS = 4


def trace(ziplab: str, folder: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Tensors and metadata of the audit trace of one step."""
    path = folder / "trace.safetensors"
    statements = [f"model load {MODEL}", f"data load {DATA} --shots 4 --seed 1",
                  f"prompt new --method gauss-newton --directions {DIRECTIONS} --budget 20", "step 1",
                  f'trace "{path}"']
    subprocess.run([ziplab, "-c", "; ".join(statements)], check=True)
    with safe_open(path, framework="np") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()


def words_root() -> np.ndarray:
    """The square root of the covariance of the embeddings of whole words: tokens with an end and two signs or more."""
    vocabulary = json.loads(Path(MODEL, "vocab.json").read_text())
    end = "</w>"
    places = [place for token, place in vocabulary.items() if token.endswith(end) and len(token) >= len(end) + 2]
    with safe_open(Path(MODEL, "model.safetensors"), "pt") as file:
        name = next(name for name in file.keys() if name.endswith("token_embedding.weight"))
        words = file.get_tensor(name).double().numpy()[sorted(places)]
    centred = words - words.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(words))
    return vectors @ np.diag(np.sqrt(np.maximum(values, 1e-12))) @ vectors.T


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ziplab", default=".build/release/ziplab")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tensors, metadata = trace(arguments.ziplab, Path(folder))
    settings = json.loads(metadata["settings"])
    names, images = json.loads(metadata["classes"]), json.loads(metadata["train_images"])

    start = tensors["ctx0"].astype(np.float64)
    m, d = start.shape
    root = words_root()
    worst = np.max(np.abs(root - tensors["root"])) / np.max(np.abs(root))
    print(f"root of the covariance of words: worst relative difference {worst:.1e}")
    if not worst <= 1e-4:
        sys.exit("expected at most 1e-4")
    points = tensors["step.1.round.2.points"].astype(np.float64)
    xi = (points / np.linalg.norm(points, axis=1, keepdims=True)).reshape(DIRECTIONS, m + 1, d)
    changes = (xi[:, :1] + xi[:, 1:]) / np.sqrt(2) @ root

    torch.set_default_dtype(torch.float64)
    model = CLIPModel.from_pretrained(MODEL, dtype=torch.float64, attn_implementation="eager").eval()
    tokenizer = CLIPTokenizer.from_pretrained(MODEL)
    processor = CLIPImageProcessorPil.from_pretrained(MODEL)
    prompts = [" ".join(["X"] * m) + " " + name.replace("_", " ") + "." for name in names]
    encoded = [tokenizer(prompt)["input_ids"] for prompt in prompts]
    longest = model.config.text_config.max_position_embeddings
    ids = torch.tensor([row + [tokenizer.eos_token_id] * (longest - len(row)) for row in encoded])
    pixels = np.stack([processor(Image.open(Path(DATA, images[place][0])).convert("RGB"))["pixel_values"][0]
                       for place in tensors["batch"]])
    with torch.no_grad():
        pooled = model.vision_model(pixel_values=torch.from_numpy(pixels).double()).pooler_output
        pictures = torch.nn.functional.normalize(model.visual_projection(pooled))

    def logits(context: torch.Tensor) -> torch.Tensor:
        def replace(_module, _inputs, output):
            rows = context.expand(len(names), m, d)
            return torch.cat([output[:, :1], rows, output[:, 1 + m:]], dim=1)

        handle = model.text_model.embeddings.token_embedding.register_forward_hook(replace)
        try:
            pooled = model.text_model(input_ids=ids).pooler_output
        finally:
            handle.remove()
        texts = torch.nn.functional.normalize(model.text_projection(pooled))
        return model.logit_scale.exp() * pictures @ texts.T

    with torch.no_grad():
        derivatives = torch.stack([
            torch.func.jvp(logits, (torch.from_numpy(start),), (torch.from_numpy(change),))[1] for change in changes])
        there = torch.from_numpy(start)
        answers = logits(there).numpy().ravel()
        own = tensors["step.1.round.1.logits"][0]
        error, largest = np.max(np.abs(own - answers)), np.max(np.abs(answers))
        print(f"logits of the start: worst absolute difference {error:.1e}, largest {largest:.1f}")
        length = 0.1
        for change, derivative in zip(torch.from_numpy(changes), derivatives):
            difference = (logits(there + length * change) - logits(there - length * change)) / (2 * length)
            error = (difference - derivative).abs().max() / derivative.abs().max()
            print(f"difference over ±{length}: worst relative difference {error:.1e}")
            if not error <= 1e-4:
                sys.exit("expected at most 1e-4")
    values = {"start": start, "changes": changes, "derivatives": derivatives.numpy()}
    save_file({name: np.ascontiguousarray(value, dtype=np.float32) for name, value in values.items()},
              Path(__file__).with_name("jacobian.safetensors"),
              metadata={name: metadata[name] for name in ["model_sha256", "settings", "classes"]})


if __name__ == "__main__":
    main()
