"""Answers, line by line, which configuration Optuna would try next: JSON in, JSON out. bench/experiments/reference.ts starts it."""

import json
import sys
import warnings

import optuna
from optuna.distributions import FloatDistribution, IntDistribution

optuna.logging.disable_default_handler()
warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)


def distribution(parameter):
    low, high = parameter["min"], parameter["max"]
    if parameter["kind"] in ("cpu", "memory"):
        return FloatDistribution(low, high, log=True)
    # Without the step: baselines need not be on it, which Optuna refuses. What it proposes is brought to the nearest step.
    return IntDistribution(round(low), round(high))


def within(distribution, value):
    return min(distribution.high, max(distribution.low, value))


for line in sys.stdin:
    message = json.loads(line)
    distributions = {parameter["name"]: distribution(parameter) for parameter in message["parameters"]}
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=message["seed"], multivariate=True, n_startup_trials=5)
    )
    # A new sampler answers each question, so that this process remembers nothing: its seed counts the trials.
    for trial in message["trials"]:
        study.add_trial(
            optuna.trial.create_trial(
                params={name: within(distributions[name], value) for name, value in trial["configuration"].items()},
                distributions=distributions,
                value=trial["cost"],
                constraints={"excess": trial["excess"]},
            )
        )
    print(json.dumps(study.ask(distributions).params), flush=True)
