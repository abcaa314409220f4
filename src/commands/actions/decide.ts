import * as actions from '../../actions/index.ts'
import { readRecommendation } from '../../api/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { RECOMMENDATIONS } from '../../recommendations/index.ts'
import { CommandError } from '../failure.ts'
import { print, printError } from '../terminal/print.ts'
import { type ActorOptions, asActor, dry } from './as-actor.ts'

export interface ApproveOptions extends ActorOptions {
  readonly all?: boolean
  readonly for: string
  readonly revision?: string
}

/** Approves pending revisions, with their values. */
export async function approve(names: readonly string[], options: ApproveOptions): Promise<void> {
  const expires = actions.timeAfter(options.for)
  if (options.all && names.length > 0)
    throw new CommandError(
      `expected the names of workloads or --all, not both: --all approves more than ${names.join(', ')}`,
    )
  if (!options.all && names.length === 0)
    throw new CommandError('expected the name of a workload, such as deployment/web, or --all')
  const details = detailsOf(options)
  await asActor(options, async (actor) => {
    const targets = options.all ? await pendingTargets(actor) : named(names, actor)
    await each(targets, (target) => actions.approve(actor, target, expires, details), options)
    if (targets.length === 0) print(`nothing is pending in namespace ${actor.namespace}`)
    else if (!options.dryRun)
      print(
        `New Pods get it after the next publication, and running Pods if they may be resized: kubectl plimsoll explain says what each waits for`,
      )
  })
}

export interface DecideOptions extends ActorOptions {
  readonly reason?: string
  readonly for?: string
  readonly revision?: string
}

type Act = (actor: actions.Actor, named: actions.Named, options: actions.ActionOptions) => Promise<actions.ActionResult>

/** Rejects pending revisions. */
export const reject = commandOf(actions.reject)
/** Pauses changes to workloads. */
export const hold = commandOf(actions.hold)
/** Ends holds. */
export const resume = commandOf(actions.resume)
/** Rolls applied revisions back. */
export const rollback = commandOf(actions.rollback)

function commandOf(act: Act) {
  return async (names: readonly string[], options: DecideOptions): Promise<void> => {
    const details = detailsOf(options)
    await asActor(options, async (actor) => {
      await each(named(names, actor), (target) => act(actor, target, details), options)
    })
  }
}

function detailsOf({ reason, revision, dryRun, for: span }: DecideOptions): actions.ActionOptions {
  const until = span === undefined ? undefined : actions.timeAfter(span)
  if (revision !== undefined && !/^[1-9][0-9]{0,8}$/.test(revision))
    throw new CommandError(
      `--revision ${revision} is not a revision: expected a whole number, as kubectl get rec shows it`,
    )
  return { reason, until, revision: revision === undefined ? undefined : Number(revision), dryRun }
}

/**
 * Acts on each target. A failure does not stop the others.
 *
 * @throws CommandError if any has failed
 */
async function each(
  targets: readonly actions.Named[],
  act: (target: actions.Named) => Promise<actions.ActionResult>,
  { dryRun }: ActorOptions,
): Promise<void> {
  let failed = 0
  for (const target of targets) {
    try {
      print(`${target.text}: ${(await act(target)).says}${dry(dryRun)}`)
    } catch (error) {
      if (targets.length === 1) throw error
      failed++
      printError(`${target.text}: ${error instanceof Error ? error.message : error}`)
    }
  }
  if (failed > 0) throw new CommandError(`${failed} of ${targets.length} workloads failed, for the reasons above`)
}

type Located = actions.Actor & { readonly namespace: string }

function named(names: readonly string[], { namespace }: Located): readonly actions.Named[] {
  return names.map((name) => actions.namedBy(name, namespace))
}

async function pendingTargets({ client, namespace }: Located): Promise<readonly actions.Named[]> {
  const targets: actions.Named[] = []
  for await (const { items } of client.list<KubeObject>(RECOMMENDATIONS, { namespace })) {
    for (const { spec, status } of items.map((item) => readRecommendation(item).recommendation)) {
      if (status?.pending) targets.push(actions.namedAs({ namespace, ...spec.workload }))
    }
  }
  return targets
}
