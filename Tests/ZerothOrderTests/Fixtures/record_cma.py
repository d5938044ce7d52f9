"""Records the parameters and evaluation counts of pycma in cma.json.

    python3 -m venv venv && venv/bin/pip install cma==4.5.0 numpy
    OPENBLAS_NUM_THREADS=1 venv/bin/python record_cma.py > cma.json

Each run starts from the mean (0.5, ..., 0.5) with the step size given below and ends with the first
generation of which a candidate is below 1e-10; evaluations are counted to the end of that generation.
Runs of Rosenbrock's function that end in its local minimum are counted apart.

pycma's own rate of the step size's path is min(1/2, (mueff + 2) / (n + mueff + 3)) where the tutorial has a 5 in place
of the 3. "runs" and "parameters" are of pycma with the tutorial's rate, "ownRateRuns" of pycma as it is.
"""
import json
import sys
import warnings

import cma
import numpy as np

warnings.simplefilter("ignore")
TARGET = 1e-10


def options(**more):
    return {
        "AdaptSigma": cma.sigma_adaptation.CMAAdaptSigmaCSA, "CMA_diagonal": False, "verbose": -9,
        "verb_log": 0, "verb_disp": 0, "tolx": 0, "tolfun": 0, "tolfunhist": 0, "tolfunrel": 0,
        "tolstagnation": 10**9, "tolflatfitness": 10**9, "tolconditioncov": 1e99, "maxiter": 10**6, **more}


def strategy(n, step_size, own_rate, **more):
    es = cma.CMAEvolutionStrategy(n * [0.5], step_size, options(**more))
    es.adapt_sigma.initialize(es)
    if not own_rate:
        mueff = es.sp.weights.mueff
        rate = (mueff + 2) / (n + mueff + 5)
        es.adapt_sigma.cs = rate
        es.adapt_sigma.damps = 1 + 2 * max(0, ((mueff - 1) / (n + 1)) ** 0.5 - 1) + rate
    return es


def parameters(n, population):
    es = strategy(n, 0.5, False, **({"popsize": population} if population else {}))
    sampler = es.sm.parameters(mueff=es.sp.weights.mueff, lam=es.popsize)
    return {
        "dimensions": n, "population": int(es.popsize), "weights": [float(w) for w in es.sp.weights],
        "effectiveSelection": float(es.sp.weights.mueff), "pathRate": float(es.sp.cc),
        "rankOneRate": float(sampler["c1"]), "rankMuRate": float(sampler["cmu"]),
        "stepPathRate": float(es.adapt_sigma.cs), "stepDamping": float(es.adapt_sigma.damps)}


def sphere(x):
    return float(np.sum(x**2))


def ellipsoid(x):
    return float(np.sum(10 ** (6 * np.arange(len(x)) / (len(x) - 1)) * x**2))


def rosenbrock(x):
    return float(np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2))


def run(function, n, step_size, own_rate, seed):
    """The number of evaluations, or None where the run ended elsewhere than in the minimum at 0."""
    es = strategy(n, step_size, own_rate, seed=seed)
    while True:
        candidates = es.ask()
        values = [function(np.asarray(x)) for x in candidates]
        es.tell(candidates, values)
        if min(values) < TARGET:
            return es.countiter * es.popsize
        if max(values) - min(values) < 1e-13 * max(values) or es.countiter > 20000:
            return None


def runs(own_rate):
    result = []
    for function, step_size in [(sphere, 0.5), (ellipsoid, 0.5), (rosenbrock, 0.1)]:
        for n in (10, 40):
            seeds = 100 if not own_rate and (n == 10 or function is sphere) else 20
            counts = [run(function, n, step_size, own_rate, seed) for seed in range(1, seeds + 1)]
            found = [count for count in counts if count is not None]
            quartiles = [float(q) for q in np.percentile(found, [25, 50, 75])]
            result.append({
                "function": function.__name__, "dimensions": n, "stepSize": step_size,
                "evaluations": found, "elsewhere": len(counts) - len(found), "quartiles": quartiles})
            print(function.__name__, n, own_rate, quartiles, len(counts) - len(found), file=sys.stderr)
    return result


def main():
    lists = {
        "parameters": [parameters(*pair) for pair in
                       [(3, None), (10, None), (10, 30), (40, None), (417, 15), (4000, 15)]],
        "runs": runs(False), "ownRateRuns": runs(True)}
    print('{\n "version": "%s"' % cma.__version__.split()[0], end="")
    for name, items in lists.items():
        print(',\n "%s": [\n  %s\n ]' % (name, ",\n  ".join(map(json.dumps, items))), end="")
    print("\n}")


main()
