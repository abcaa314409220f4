import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { baselineOf, type Experiment, hourlyCost, nameOf, snap, type Trial } from '../../src/experiments/index.ts'
import type { Player } from './play.ts'

const PYTHON = process.env.PYTHON ?? 'python3'
const SCRIPT = join(import.meta.dirname, 'reference.py')
const REQUIREMENTS = 'bench/experiments/requirements.txt'
/** What a trial counts that measured nothing: far above its limit. */
const FAILED = Math.log(3)

/** Why Optuna cannot be asked; undefined where it can. */
export function whyNoReference(): string | undefined {
  const found = spawnSync(PYTHON, ['-c', 'import optuna'])
  if (found.status === 0) return undefined
  return `${PYTHON} has no optuna: install ${REQUIREMENTS} in a virtual environment, and set PYTHON to its interpreter`
}

/** Optuna's TPE with constraints, in a process that answers many experiments. */
export class Reference {
  readonly #python: ChildProcess
  readonly #answers: AsyncIterator<string>

  constructor() {
    this.#python = spawn(PYTHON, ['-B', SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#answers = createInterface({ input: this.#python.stdout! })[Symbol.asyncIterator]()
  }

  /** After the baseline, what Optuna proposes. */
  player(seed: number): Player {
    return {
      next: async (experiment, trials) => {
        if (trials.length === 0) return baselineOf(experiment)
        this.#python.stdin!.write(`${JSON.stringify(question(experiment, trials, seed))}\n`)
        const { value, done } = await this.#answers.next()
        if (done) throw new Error(`${SCRIPT} ended without an answer: see its error above`)
        const values: Record<string, number> = JSON.parse(value)
        return Object.fromEntries(
          experiment.parameters.map((parameter) => {
            const name = nameOf(parameter)
            return [name, snap(parameter, values[name]!)]
          }),
        )
      },
    }
  }

  close(): void {
    this.#python.stdin!.end()
  }
}

function question(experiment: Experiment, trials: readonly Trial[], seed: number) {
  const [limit] = experiment.limits
  return {
    seed: seed * 100 + trials.length,
    parameters: experiment.parameters.map((parameter) => ({ ...parameter, name: nameOf(parameter) })),
    trials: trials.map(({ configuration, measured }) => {
      const value = measured[limit!.measure]
      return {
        configuration,
        cost: hourlyCost(experiment, configuration),
        excess: value === undefined ? FAILED : Math.log(value / limit!.atMost),
      }
    }),
  }
}
