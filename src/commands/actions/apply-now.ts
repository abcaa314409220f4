import { type Actor, type Named, namedBy, applyNow as write } from '../../actions/index.ts'
import { isPassing, type RunningState } from '../../apply/index.ts'
import {
  type DecisionInputs,
  followRunning,
  installedRules,
  readDecisionInputs,
  readRunningStates,
} from '../../explain/index.ts'
import { explainReason, knownReasons } from '../../policy/index.ts'
import { agree } from '../agree.ts'
import { describeState } from '../explain/running-text.ts'
import { CommandError } from '../failure.ts'
import { print } from '../terminal/print.ts'
import { type ActorOptions, asActor, dry } from './as-actor.ts'

export interface ApplyNowOptions extends ActorOptions {
  readonly yes?: boolean
  readonly reason?: string
  readonly timeout: string
  readonly plimsollNamespace: string
}

type Located = Actor & { readonly namespace: string }

/** Exit code if some Pods do not have the applied revision: differs from a failure (1) and from wrong usage (2), for scripts. */
const NOT_ALL = 3

/**
 * Gives the running Pods of a workload the applied revision without waiting, and shows how each of them gets it. Exits with 3 if some
 * do not have it.
 *
 * @throws CommandError if nobody agrees; ActionError if nothing is applied
 */
export async function applyNow(name: string, options: ApplyNowOptions): Promise<void> {
  const seconds = Number(/^([1-9]\d{0,4})s$/.exec(options.timeout)?.[1] ?? Number.NaN)
  if (Number.isNaN(seconds)) throw new CommandError(`--timeout ${options.timeout}: expected seconds, such as 600s`)
  await asActor(options, async (actor) => {
    const named = namedBy(name, actor.namespace)
    const { states, inputs } = await look(actor, named, options)
    for (const state of states) print(describeState(state))
    const waiting = states.filter(({ isDone }) => !isDone)
    if (waiting.length === 0) return print(`${named.text}: ${allHaveIt(states)}`)
    if (isFinal(waiting, inputs)) {
      print(`${named.text}: ${waiting.length} running Pods cannot be changed, for the reasons above`)
      process.exitCode = NOT_ALL
      return
    }
    if (!options.dryRun && !options.yes) await agree(`Change ${waiting.length} running Pods of ${named.text} now?`)
    const { says } = await write(actor, named, { reason: options.reason, dryRun: options.dryRun })
    print(`${named.text}: ${says}${dry(options.dryRun)}`)
    const left = options.dryRun ? waiting : await follow(actor, named, options, seconds * 1000)
    if (left.length === 0) return print(`${named.text}: every running Pod has the applied revision`)
    print(`${named.text}: ${left.length} running Pods do not have the applied revision${dry(options.dryRun)}`)
    process.exitCode = NOT_ALL
  })
}

function allHaveIt(states: readonly RunningState[]): string {
  return states.length === 0 ? 'no Pod of it runs' : 'every running Pod has the applied revision'
}

interface Look {
  readonly states: readonly RunningState[]
  readonly inputs: DecisionInputs
}

async function look(
  { client, namespace }: Located,
  named: Named,
  { plimsollNamespace }: ApplyNowOptions,
): Promise<Look> {
  const { workload } = named
  const subject = { what: named.text, pod: {}, namespace, workload, isCreated: false, isLive: false }
  const inputs = await readDecisionInputs(client, subject, { settings: undefined, plimsollNamespace })
  const rules = await installedRules(client, plimsollNamespace)
  return { inputs, states: await readRunningStates(client, workload, inputs, rules) }
}

/** Prints what changes of each Pod, and returns the Pods that do not have what is applied in the end. */
async function follow(
  actor: Located,
  named: Named,
  options: ApplyNowOptions,
  milliseconds: number,
): Promise<readonly RunningState[]> {
  let last: Look | undefined
  const looks = followRunning(() => look(actor, named, options), isOver, milliseconds)
  for await (const { look, changed } of looks) {
    for (const state of changed) print(describeState(state))
    last = look
  }
  const left = last!.states.filter(({ isDone }) => !isDone)
  const waiting = left.length > 0 ? (last!.inputs.status?.running?.waiting ?? []) : []
  for (const { reason, message } of waiting) print(whyNot(reason, message))
  return left
}

function isOver({ states, inputs }: Look): boolean {
  return isFinal(
    states.filter(({ isDone }) => !isDone),
    inputs,
  )
}

/** Whether the learner will do nothing more about these Pods. */
function isFinal(left: readonly RunningState[], { effective, isInstalled }: DecisionInputs): boolean {
  // What a resize cannot do, a restart may.
  if (!isInstalled || effective.running === 'inPlaceOrRestart') return false
  return left.every(({ reason }) => reason !== undefined && !isPassing(reason))
}

function whyNot(code: string, message: string | undefined): string {
  const [known] = knownReasons([code])
  return `  ${[known ? `${known}: ${explainReason(known)}` : code, ...(message ? [message] : [])].join(': ')}`
}
