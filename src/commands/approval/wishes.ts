import { readRecommendation } from '../../api/index.ts'
import type { KubeObject } from '../../kube/index.ts'
import { RECOMMENDATIONS } from '../../recommendations/index.ts'
import * as wishes from '../../wishes/index.ts'
import { CommandError } from '../failure.ts'
import { asPerson, dry, type PersonOptions } from './as-person.ts'

export interface ApproveOptions extends PersonOptions {
  readonly all?: boolean
  readonly for: string
  readonly revision?: string
}

/** Approves what is pending, with its values. */
export async function approve(names: readonly string[], options: ApproveOptions): Promise<void> {
  const expires = wishes.timeAfter(options.for)
  if (options.all && names.length > 0)
    throw new CommandError(
      `expected the names of workloads or --all, not both: --all approves more than ${names.join(', ')}`,
    )
  if (!options.all && names.length === 0)
    throw new CommandError('expected the name of a workload, such as deployment/web, or --all')
  const wish = wishOf(options)
  await asPerson(options, async (person) => {
    const targets = options.all ? await pendingTargets(person) : named(names, person)
    await each(targets, (target) => wishes.approve(person, target, expires, wish), options)
    if (targets.length === 0) console.log(`nothing is pending in namespace ${person.namespace}`)
    else if (!options.dryRun)
      console.log(`New Pods get it from the next publication on; for those that run: kubectl plimsoll restart`)
  })
}

export interface WishOptions extends PersonOptions {
  readonly reason?: string
  readonly for?: string
  readonly revision?: string
}

type Act = (person: wishes.Person, named: wishes.Named, wish: wishes.Wish) => Promise<string>

/** Turns down what is pending. */
export const reject = commandOf(wishes.reject)
/** Has nothing new applied. */
export const hold = commandOf(wishes.hold)
/** Takes a hold away. */
export const resume = commandOf(wishes.resume)
/** Takes the applied revision back. */
export const rollback = commandOf(wishes.rollback)

function commandOf(act: Act) {
  return async (names: readonly string[], options: WishOptions): Promise<void> => {
    const wish = wishOf(options)
    await asPerson(options, async (person) => {
      await each(named(names, person), (target) => act(person, target, wish), options)
    })
  }
}

function wishOf({ reason, revision, dryRun, for: span }: WishOptions): wishes.Wish {
  const until = span === undefined ? undefined : wishes.timeAfter(span)
  if (revision !== undefined && !/^[1-9][0-9]{0,8}$/.test(revision))
    throw new CommandError(
      `--revision ${revision} is no revision: expected a whole number, as kubectl get rec shows it`,
    )
  return { reason, until, revision: revision === undefined ? undefined : Number(revision), dryRun }
}

/** One that fails keeps no other from being decided. @throws CommandError where any has failed */
async function each(
  targets: readonly wishes.Named[],
  act: (target: wishes.Named) => Promise<string>,
  { dryRun }: PersonOptions,
): Promise<void> {
  let failed = 0
  for (const target of targets) {
    try {
      console.log(`${target.text}: ${await act(target)}${dry(dryRun)}`)
    } catch (error) {
      if (targets.length === 1) throw error
      failed++
      console.error(`${target.text}: ${error instanceof Error ? error.message : error}`)
    }
  }
  if (failed > 0) throw new CommandError(`${failed} of ${targets.length} workloads failed, for the reasons above`)
}

type Located = wishes.Person & { readonly namespace: string }

function named(names: readonly string[], { namespace }: Located): readonly wishes.Named[] {
  return names.map((name) => wishes.targetOf(name, namespace))
}

async function pendingTargets({ client, namespace }: Located): Promise<readonly wishes.Named[]> {
  const targets: wishes.Named[] = []
  for await (const { items } of client.list<KubeObject>(RECOMMENDATIONS, { namespace })) {
    for (const { spec, status } of items.map((item) => readRecommendation(item).recommendation)) {
      if (status?.pending) targets.push(wishes.namedAs({ namespace, ...spec.workload }))
    }
  }
  return targets
}
