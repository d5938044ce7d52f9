"""Records the losses of ZIP's first two steps as PyTorch computes them.

    python Tests/PromptTuningTests/Fixtures/record_step.py [--ziplab .build/release/ziplab]

Run from the repository root after `swift build -c release`. ziplab takes the steps and writes its audit trace; from the
trace's parameters, directions, projections and image indices the contexts are made with numpy in double precision, put
in place of the placeholders' embeddings of transformers' `CLIPModel` (float32, every token of the context length), and
the losses computed by PyTorch. The script ends with an error where a loss differs from ziplab's by more than 1e-4, and
otherwise writes step-losses.json beside itself. Needs torch, transformers, safetensors, pillow, numpy.
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
from transformers import CLIPModel, CLIPTokenizer
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

MODEL = "Assets/Model"
DATA = "Assets/Data/textures"
STEPS = 2
TOLERANCE = 1e-4


def trace(ziplab: str, folder: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Tensors and metadata of the audit trace of a short run."""
    path = folder / "trace.safetensors"
    statements = [f"model load {MODEL}", f"data load {DATA} --shots 16 --seed 1", "prompt new --seed 1",
                  f"step {STEPS}", f'trace "{path}"']
    subprocess.run([ziplab, "-c", "; ".join(statements)], check=True)
    with safe_open(path, framework="np") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()


def hadamard(size: int) -> np.ndarray:
    """The unnormalised Walsh-Hadamard matrix, in double precision."""
    matrix = np.ones((1, 1))
    while len(matrix) < size:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix


def contexts(tensors: dict[str, np.ndarray], settings: dict[str, str], w: np.ndarray) -> np.ndarray:
    """The context vectors [m, d] at the parameters w: W = U diag(s) V' + 1 u', then one projection a token."""
    initial = tensors["ctx0"].astype(np.float64)
    m, d = initial.shape
    rank, q = int(settings["rank"]), int(settings["dim"]) // m
    cuts = np.cumsum([m * rank, rank, q * rank])
    u, s, v, shared = np.split(w.astype(np.float64), cuts)
    assert len(shared) == q, (len(w), m, rank, q)
    rows = u.reshape(m, rank) @ np.diag(s) @ v.reshape(q, rank).T + shared
    result = initial.copy()
    for i in range(m):
        signs = tensors[f"fastfood.{i}.B"].astype(np.float64)
        gauss = tensors[f"fastfood.{i}.G"].astype(np.float64)
        order = tensors[f"fastfood.{i}.P"]
        length = len(signs)
        h = hadamard(length)
        padded = np.zeros(length)
        padded[:q] = rows[i]
        mixed = h @ (gauss * (h @ (signs * padded))[order])
        result[i] += mixed[:d] / (np.sqrt(length * np.sum(gauss**2)) * np.sqrt(d / length))
    return result


def text_features(model: CLIPModel, ids: torch.Tensor, context: np.ndarray) -> torch.Tensor:
    """Normalised features of all prompts with the placeholders' embeddings replaced."""
    def replace(_module, _inputs, output):
        output = output.clone()
        output[:, 1:1 + len(context)] = torch.from_numpy(context).float()
        return output

    handle = model.text_model.embeddings.token_embedding.register_forward_hook(replace)
    try:
        pooled = model.text_model(input_ids=ids).pooler_output
    finally:
        handle.remove()
    return torch.nn.functional.normalize(model.text_projection(pooled))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ziplab", default=".build/release/ziplab")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tensors, metadata = trace(arguments.ziplab, Path(folder))
    settings = json.loads(metadata["settings"])
    names, images = json.loads(metadata["classes"]), json.loads(metadata["train_images"])

    model = CLIPModel.from_pretrained(MODEL, dtype=torch.float32).eval()
    tokenizer = CLIPTokenizer.from_pretrained(MODEL)
    processor = CLIPImageProcessorPil.from_pretrained(MODEL)
    m = tensors["ctx0"].shape[0]
    prompts = [" ".join(["X"] * m) + " " + name.replace("_", " ") + "." for name in names]
    encoded = [tokenizer(prompt)["input_ids"] for prompt in prompts]
    longest = model.config.text_config.max_position_embeddings
    ids = torch.tensor([row + [tokenizer.eos_token_id] * (longest - len(row)) for row in encoded])

    worst = 0.0
    steps = []
    with torch.no_grad():
        pixels = np.stack([processor(Image.open(Path(DATA, path)).convert("RGB"))["pixel_values"][0]
                           for path, _ in images])
        pooled = model.vision_model(pixel_values=torch.from_numpy(pixels).float()).pooler_output
        pictures = torch.nn.functional.normalize(model.visual_projection(pooled))
        labels = torch.tensor([label for _, label in images])
        for k in range(1, STEPS + 1):
            batch = torch.from_numpy(tensors[f"step.{k}.batch"]).long()
            w = tensors[f"step.{k}.w"].astype(np.float64)
            c = float(settings["c"]) / k ** float(settings["gamma"])
            losses = {"loss_plus": [], "loss_minus": []}
            for z in tensors[f"step.{k}.z"].astype(np.float64):
                for name, sign in [("loss_plus", 1), ("loss_minus", -1)]:
                    texts = text_features(model, ids, contexts(tensors, settings, w + sign * c * z))
                    logits = model.logit_scale.exp() * pictures[batch] @ texts.T
                    losses[name].append(torch.nn.functional.cross_entropy(logits, labels[batch]).item())
            for name, values in losses.items():
                own = tensors[f"step.{k}.{name}"]
                worst = max(worst, float(np.max(np.abs(own - values) / np.abs(values))))
            steps.append(losses)
    print(f"{STEPS} steps, {len(names)} classes, {len(batch)} images a batch: worst relative difference {worst:.2e}")
    if not worst <= TOLERANCE:
        sys.exit(f"expected at most {TOLERANCE}")
    result = {"model_sha256": metadata["model_sha256"], "classes": names, "settings": settings, "steps": steps}
    Path(__file__).with_name("step-losses.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
