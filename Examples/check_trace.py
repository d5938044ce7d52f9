"""Recomputes every step of an audit trace of zip or gauss-newton and reports the worst relative differences.

    python check_trace.py run.safetensors
"""
import json
import sys

import numpy as np
from safetensors import safe_open

import check_gauss_newton


def check_zip(trace, settings):
    """The number of steps, and the worst relative differences by name."""
    a, c, o, alpha, gamma = (float(settings[name]) for name in ["a", "c", "o", "alpha", "gamma"])
    if settings["momentum"] != "none":
        sys.exit("this script knows plain SPSA only, not momentum")
    steps = sorted({int(name.split(".")[1]) for name in trace.keys() if name.startswith("step.")})
    if not steps:
        sys.exit("a trace without a step")
    worst = {"gradient": 0.0, "w_next": 0.0}
    for k in steps:
        w, z, plus, minus, gradient, w_next = (
            trace.get_tensor(f"step.{k}.{name}").astype(np.float64)
            for name in ["w", "z", "loss_plus", "loss_minus", "gradient", "w_next"]
        )
        c_k, a_k = c / k**gamma, a / (k + o) ** alpha
        estimate = np.mean((plus - minus)[:, None] / (2 * c_k * z), axis=0)
        limit = {"none": np.inf, "auto": np.sqrt(len(w))}.get(settings["clip"]) or float(settings["clip"])
        update = estimate * min(1.0, limit / np.linalg.norm(estimate))
        for name, ours, theirs in [("gradient", estimate, gradient), ("w_next", w - a_k * update, w_next)]:
            worst[name] = max(worst[name], np.linalg.norm(ours - theirs) / np.linalg.norm(theirs))
    return len(steps), worst


CHECKS = {"zip": check_zip, "gauss-newton": check_gauss_newton.check}

trace = safe_open(sys.argv[1], "np")
method = trace.metadata()["method"]
if method not in CHECKS:
    sys.exit(f"this script knows {' and '.join(CHECKS)} only, not {method}")
steps, worst = CHECKS[method](trace, json.loads(trace.metadata()["settings"]))
print(f"{steps} steps, worst relative difference: " + ", ".join(f"{n} {d:.1e}" for n, d in worst.items()))
