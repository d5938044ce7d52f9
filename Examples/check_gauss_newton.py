"""Recomputes a trace of gauss-newton in double precision; `check_trace.py` calls it.

Letters: N images, C classes, n dimensions, k directions so far, G groups (1, or one a class) of coordinates.
"""
import json
import sys

import numpy as np

TRIES, LEAST_RADIUS, RESTART_RADIUS = 3, 1e-3, 0.45


def linear_model(places, answers, present, scale, nugget):
    """Mean [N, C] and derivatives [k, N, C] at a point of the Gaussian process through all answers."""
    base, jacobian = answers[present].copy(), np.zeros(places.shape[1:2] + answers.shape[1:])
    groups = places.shape[2]
    for group in range(groups):
        at = slice(None) if groups == 1 else group
        a = places[:, :, group]
        covariance = np.exp(-np.sum((a[:, None] - a[None]) ** 2, axis=2) / (2 * scale**2))
        near = covariance[present]
        slopes = (near[:, None] * (a - a[present]) / scale**2).T
        weights = np.linalg.solve(covariance + nugget * np.eye(len(a)), np.vstack([near, slopes]).T).T
        rest = answers[:, :, at] - answers[present][:, at]
        change = np.tensordot(weights, rest, 1)
        base[:, at] += change[0]
        jacobian[:, :, at] = change[1:]
    return base, jacobian


def cross_entropy(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    sums = np.exp(shifted).sum(axis=1)
    p = np.exp(shifted) / sums[:, None]
    return np.mean(np.log(sums) - shifted[np.arange(len(labels)), labels]), p


def minimum(base, rows, labels, ridges, centres):
    """x that minimises the cross-entropy of base + x rows with ridges/2 (x - centres)^2, by Newton's method."""
    x, images, flat = np.zeros(len(rows)), len(labels), rows.reshape(len(rows), -1)

    def value(x):
        loss, p = cross_entropy(base + np.tensordot(x, rows, 1), labels)
        return loss + ridges @ (x - centres) ** 2 / 2, p

    best, p = value(x)
    for _ in range(100):
        residual = p.copy()
        residual[np.arange(images), labels] -= 1
        gradient = flat @ residual.ravel() / images + ridges * (x - centres)
        centred = np.sqrt(p) * (rows - np.sum(p * rows, axis=2, keepdims=True))
        centred = centred.reshape(len(rows), -1)
        step = -np.linalg.solve(centred @ centred.T / images + np.diag(ridges), gradient)
        length = 1.0
        while length > 1e-10 and value(x + length * step)[0] > best + 1e-4 * length * (gradient @ step):
            length /= 2
        gain = best - value(x + length * step)[0]
        if not gain > 1e-15:
            break
        x = x + length * step
        best, p = value(x)
    return x


def relative(ours, theirs):
    """The largest difference over the largest value."""
    return float(np.max(np.abs(ours - theirs), initial=0) / max(np.max(np.abs(theirs), initial=0), 1e-12))


def walsh_hadamard(x):
    """H x along the last axis, by its two halves."""
    if x.shape[-1] == 1:
        return x
    left, right = np.split(x, 2, axis=-1)
    return np.concatenate([walsh_hadamard(left + right), walsh_hadamard(left - right)], axis=-1)


def words_space(trace, m, d):
    """What points [q, G, n] add to a context, [q, G, m, d], where S moves it; and n."""
    root = trace.get_tensor("root").astype(np.float64)

    def moves(points):
        xi = points.reshape(*points.shape[:2], m + 1, d)
        return (xi[:, :, :1] + xi[:, :, 1:]) / np.sqrt(2) @ root

    return moves, (m + 1) * d


def zip_space(trace, m, d):
    """The same where ZIP's parameters move it."""
    origin, unit = trace.get_tensor("w0").astype(np.float64), float(trace.get_tensor("unit")[0])
    length = len(trace.get_tensor("fastfood.0.B"))
    columns = min(max(500, m), m * length + m - 1) // m
    rank = min(5, m, columns)
    sizes = np.cumsum([m * rank, rank, columns * rank])

    def moves(points):
        left, diagonal, right, shared = np.split(origin + unit * points, sizes, axis=-1)
        lead = points.shape[:2]
        matrix = left.reshape(*lead, m, rank) * diagonal[:, :, None] @ right.reshape(*lead, columns, rank).swapaxes(2, 3)
        matrix = matrix + shared[:, :, None]
        result = np.zeros((*lead, m, d))
        for token in range(m):
            signs, order, gauss = (trace.get_tensor(f"fastfood.{token}.{part}") for part in "BPG")
            padded = np.zeros((*lead, length))
            padded[:, :, :columns] = matrix[:, :, token]
            mixed = walsh_hadamard(padded * signs)[:, :, order] * gauss
            scale = np.sqrt(length * np.sum(gauss.astype(np.float64) ** 2)) * np.sqrt(d / length)
            result[:, :, token] = walsh_hadamard(mixed)[:, :, :d] / scale
        return result

    return moves, len(origin)


def length_of_differences(settings, noise, slope):
    """Differences are to stand well above the noise."""
    if noise > 0 and slope > 0:
        return max(settings["difference"], min(16 * noise / slope, settings["scale"] / 2))
    return settings["difference"]


def check(trace, settings):
    """The number of steps, and the worst differences by name.

    In the order of a step: contexts from points and root; directions from orthonormal ones; the model's loss at the
    trial's own point (model); by how much the damped loss there is above the minimum (minimum), and the distances from the
    minimum itself (predicted, move, bias); radius, next point and whether a further trial followed (rounds, 0 or 1).
    length/radius is the longest trial, not a difference: a solve is content with 1.15.
    """
    given = {name: float(settings[name]) for name in ["difference", "scale", "prior", "bias-ridge", "radius"]}
    ridge = 0.0 if settings["head"] == "none" else given["bias-ridge"]
    start = trace.get_tensor("ctx0").astype(np.float64)
    m, d = start.shape[-2:]
    moves_of, n = (zip_space if settings["space"] == "zip" else words_space)(trace, m, d)
    images = json.loads(trace.metadata()["train_images"])
    places = [trace.get_tensor("batch")]
    # With --images the logits of further images stand behind those of the minibatch, by a map fitted in the first round.
    if "step.1.round.1.others" in trace.keys():
        places.append(trace.get_tensor("step.1.round.1.others"))
    labels = np.array([images[place][1] for place in np.concatenate(places)])
    count = len(json.loads(trace.metadata()["classes"]))
    groups = count if settings["contexts"] == "class" else 1
    # Log-probabilities, and the map of --images, leave a constant an image open, which matters where classes move apart.
    whole = len(labels)
    if groups > 1:
        whole = len(trace.get_tensor("batch")) if settings.get("view", "logits") == "logits" else 0
    names = set(trace.keys())
    rounds = sorted({tuple(int(part) for part in name.split(".")[1:4:2]) for name in names if name.startswith("step.")})
    if not rounds:
        sys.exit("a trace without a step")
    if rounds[0] != (1, 1):
        sys.exit("every model is made of all answers: a trace of gauss-newton is checked from step 1 on, without --last")
    worst = {}

    def worse(name, difference):
        worst[name] = max(worst.get(name, 0.0), float(difference))

    def settled(logits, like, shares=None):
        """Logits whose images' means, weighted by shares, are those of others, where they are not known."""
        shares = np.full(count, 1 / count) if shares is None else shares
        constants = (like - logits) @ shares
        constants[..., :whole] = 0
        return logits + constants[..., None]

    directions, places, answers, present, left = np.zeros((0, n)), [], [], 0, TRIES
    point, bias = np.zeros((groups, n)), np.zeros(count)
    region = None
    for step, number in rounds:
        def read(name):
            return trace.get_tensor(f"step.{step}.round.{number}.{name}").astype(np.float64)

        asked, region_next = read("points").reshape(-1, groups, n), read("region_next")
        logits = read("logits").reshape(len(asked), len(labels), count)
        worse("point", relative(read("point"), point.ravel()))
        worse("point", relative(read("bias"), bias))
        if region is not None:
            worse("region", max(relative(*pair) for pair in zip(read("region"), region)))
        radius, damping, noise, slope = region = read("region")
        contexts = start + moves_of(asked)
        worse("contexts", relative(contexts, read("asked").reshape(-1, groups, m, d)))

        if (step, number) == (1, 1):
            worse("start", np.max(np.abs(asked)))
            logits = settled(logits, np.zeros_like(logits))
            places, answers = [np.zeros((0, groups))] * len(asked), list(logits)
            if settings.get("decimals", "all") == "all":  # rounding is a noise that repeats do not show
                repeated = np.sqrt(np.mean((logits[1:] - logits[0]) ** 2) / 2) if len(asked) > 1 else 0.0
                worse("noise", relative(repeated, region_next[2]) if region_next[2] else repeated)
        elif f"step.{step}.round.{number}.trial.predicted" not in names:
            # New directions: the same in all groups, forth in half of them and back in the others, orthonormal with the earlier ones.
            length = length_of_differences(given, noise, slope)
            moves = (asked - point) / length
            signs = np.sign(np.sum(moves * moves[:, :1], axis=2))
            worse("directions", np.max(np.abs(moves - signs[:, :, None] * moves[:, :1]), initial=0))
            worse("signs", np.max(np.abs(signs.sum(axis=1)), initial=0) > 1 if groups > 1 else 0)
            if len(asked) and groups > 1:
                shares = 0.5 / np.where(signs > 0, *((signs == way).sum(axis=1, keepdims=True) for way in [1, -1]))
                logits = np.stack([settled(*pair) for pair in zip(logits, [answers[present]] * len(asked), shares)])
            known = np.vstack([np.zeros((1, groups)), places[present]])[1:]
            known = np.vstack([known, np.zeros((len(directions) - len(known), groups))])
            for index, answer in enumerate(logits):
                places.append(np.vstack([known, np.zeros((index, groups)), length * signs[index : index + 1]]))
                answers.append(answer)
            directions = np.vstack([directions, moves[:, 0]])
            worse("directions", np.max(np.abs(directions @ directions.T - np.eye(len(directions)))))
            change = logits - answers[present]
            square = np.mean((change - change.mean(axis=2, keepdims=True)) ** 2)
            if len(asked):
                worse("slope", relative(np.sqrt(max(noise**2, square - 2 * noise**2)) / length, region_next[3]))
            left = TRIES
        else:
            k = len(directions)
            prior = given["prior"] * k
            padded = np.stack([np.vstack([place, np.zeros((k - len(place), groups))]) for place in places])
            told = np.stack(answers)
            move = np.einsum("gn,kn->kg", asked[0] - point, directions)
            worse("directions", relative(point + move.T @ directions, asked[0]))
            here, trial_bias, predicted = padded[present], read("trial.bias"), float(read("trial.predicted")[0])
            noisy = min(1, (noise / (slope * given["scale"])) ** 2) if noise > 0 and slope > 0 else 0
            nugget = max(1e-10, 1e-3 * (given["difference"] / given["scale"]) ** 2) + noisy
            base, jacobian = linear_model(padded, told, present, given["scale"], nugget)
            # Rows of the model: directions by groups, then biases.
            each = [jacobian * (np.arange(count) == group if groups > 1 else 1) for group in range(groups)]
            size, weight = k * groups, prior + damping
            rows = np.stack(each, axis=1).reshape(size, len(labels), count)
            if ridge:
                rows = np.vstack([rows, np.broadcast_to(np.eye(count)[:, None], (count, len(labels), count))])
            ridges = np.concatenate([np.full(size, weight), np.full(len(rows) - size, ridge)])
            centres = np.concatenate([-prior / weight * here.ravel(), -bias[: len(rows) - size]])

            def penalised(logits, place, bias):
                entropy = cross_entropy(logits + bias, labels)[0]
                return entropy + prior / 2 * np.sum(place**2) + ridge / 2 * np.sum(bias**2)

            def loss(x):
                logits = base + np.tensordot(x[:size], rows[:size], 1)
                return penalised(logits, here + x[:size].reshape(k, groups), bias + x[size:] if ridge else bias)

            def damped(x):
                return loss(x) + damping / 2 * np.sum(x[:size] ** 2)

            theirs = np.concatenate([move.ravel(), (trial_bias - bias)[: len(rows) - size]])
            ours = minimum(base + bias, rows, labels, ridges, centres)
            worse("model", relative(loss(theirs), predicted))
            worse("minimum", damped(theirs) / damped(ours) - 1)
            worse("predicted", relative(predicted, loss(ours)))
            worse("move", np.linalg.norm(theirs[:size] - ours[:size]) / np.linalg.norm(ours[:size]))
            if ridge:
                worse("bias", np.linalg.norm(theirs[size:] - ours[size:]) / np.linalg.norm(bias + ours[size:]))
            logits = settled(logits, base + np.tensordot(theirs[:size], rows[:size], 1))
            now = penalised(answers[present], here, bias)
            then = penalised(logits[0], here + move, trial_bias)
            ratio, length = (now - then) / max(now - predicted, 1e-9), np.linalg.norm(move)
            worse("length/radius", length / radius)
            least = max(LEAST_RADIUS, 0.75 * length_of_differences(given, noise, slope)) if noise > 0 else LEAST_RADIUS
            if ratio < 0.25:
                radius = max(min(length, radius) / 2, least)
            elif ratio > 0.6 and length > 0.6 * radius:
                radius *= 2
            places.append(here + move)
            answers.append(logits[0])
            left -= 1
            if then < now:
                point, bias, present = asked[0], trial_bias, len(answers) - 1
            elif left == 0:
                radius = max(radius, RESTART_RADIUS)
            worse("radius", relative(np.array(radius), region_next[0]))
            goes_on = (step, number + 1) in rounds
            worse("rounds", goes_on != (not then < now and left > 0))
        worse("next", relative(read("point_next"), point.ravel()))
        worse("next", relative(read("bias_next"), bias))
        region = region_next
    return rounds[-1][0], worst
