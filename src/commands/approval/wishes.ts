import type { KubeObject } from '../../kube/index.ts'
import { RECOMMENDATIONS, type Recommendation, type Revision, readRecommendation } from '../../recommendations/index.ts'
import { CommandError } from '../failure.ts'
import {
  asPerson,
  dry,
  type Named,
  type Person,
  type PersonOptions,
  recommendationOf,
  type Target,
  targetOf,
  timeAfter,
  wish,
} from './target.ts'

export interface ApproveOptions extends PersonOptions {
  readonly all?: boolean
  readonly for: string
  readonly revision?: string
}

/** Approves what is pending, with its values. */
export async function approve(names: readonly string[], options: ApproveOptions): Promise<void> {
  const expires = timeAfter(options.for)
  if (options.all && names.length > 0)
    throw new CommandError(
      `expected the names of workloads or --all, not both: --all approves more than ${names.join(', ')}`,
    )
  if (!options.all && names.length === 0)
    throw new CommandError('expected the name of a workload, such as deployment/web, or --all')
  await asPerson(options, async (person) => {
    const targets = options.all ? await pendingTargets(person) : named(names, person)
    const approver = await person.name()
    for (const target of targets) {
      const recommendation = await recommendationOf(person, target)
      const pending = pendingOf(target, recommendation, options.revision)
      const containers = pending.containers.map(({ name, cpu, memory }) => ({
        name,
        ...(cpu && { cpu: valuesOf(cpu) }),
        ...(memory && { memory: valuesOf(memory) }),
      }))
      const approval = { revision: pending.revision, approver, expires, containers }
      await wish(person, recommendation, { approval, rejection: null }, options.dryRun)
      console.log(
        `${target.text}: revision ${pending.revision} approved until ${expires}: ${describe(pending)}${dry(options.dryRun)}`,
      )
    }
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

/** Turns down what is pending. */
export async function reject(names: readonly string[], options: WishOptions): Promise<void> {
  await asPerson(options, async (person) => {
    const by = await person.name()
    for (const target of named(names, person)) {
      const recommendation = await recommendationOf(person, target)
      const { revision } = pendingOf(target, recommendation, options.revision)
      await wish(
        person,
        recommendation,
        { rejection: { revision, by, ...because(options) }, approval: null },
        options.dryRun,
      )
      console.log(
        `${target.text}: revision ${revision} rejected; it is not offered again until something else is learned${dry(options.dryRun)}`,
      )
    }
  })
}

/** Has nothing new applied. */
export async function hold(names: readonly string[], options: WishOptions): Promise<void> {
  const until = options.for === undefined ? undefined : timeAfter(options.for)
  await asPerson(options, async (person) => {
    const by = await person.name()
    for (const target of named(names, person)) {
      const recommendation = await recommendationOf(person, target)
      await wish(person, recommendation, { hold: { by, ...because(options), until: until ?? null } }, options.dryRun)
      console.log(`${target.text}: held${until ? ` until ${until}` : ''}; what is applied stays${dry(options.dryRun)}`)
    }
  })
}

/** Takes a hold away. */
export async function resume(names: readonly string[], options: PersonOptions): Promise<void> {
  await asPerson(options, async (person) => {
    for (const target of named(names, person)) {
      const recommendation = await recommendationOf(person, target)
      if (!recommendation.spec.hold) {
        console.log(`${target.text}: nobody holds it`)
        continue
      }
      await wish(person, recommendation, { hold: null }, options.dryRun)
      console.log(`${target.text}: no longer held${dry(options.dryRun)}`)
    }
  })
}

/** Takes the applied revision back. */
export async function rollback(names: readonly string[], options: WishOptions): Promise<void> {
  await asPerson(options, async (person) => {
    const by = await person.name()
    for (const target of named(names, person)) {
      const recommendation = await recommendationOf(person, target)
      const { applied, canary, lastGood } = recommendation.status ?? {}
      const revision = canary?.revision ?? applied
      if (!revision) throw new CommandError(`${target.text}: nothing is applied that could be taken back`)
      await wish(
        person,
        recommendation,
        { rollback: { revision: revision.revision, by, ...because(options) } },
        options.dryRun,
      )
      const instead = canary
        ? 'what is applied to the others'
        : lastGood && lastGood.revision !== revision.revision
          ? `revision ${lastGood.revision}: ${describe(lastGood)}`
          : 'what their author wrote'
      console.log(
        `${target.text}: revision ${revision.revision} is taken back; new Pods get ${instead}${dry(options.dryRun)}`,
      )
    }
  })
}

function named(names: readonly string[], { namespace }: Person): readonly Target[] {
  return names.map((name) => targetOf(name, namespace))
}

async function pendingTargets({ client, namespace }: Person): Promise<readonly Named[]> {
  const targets: Named[] = []
  for await (const { items } of client.list<KubeObject>(RECOMMENDATIONS, { namespace })) {
    for (const { spec, status } of items.map((item) => readRecommendation(item).recommendation)) {
      if (!status?.pending) continue
      const { kind, name } = spec.workload
      targets.push({ workload: { namespace, kind, name }, text: `${kind.toLowerCase()}/${name}` })
    }
  }
  return targets
}

/** @throws CommandError where nothing is pending, or another revision than the one that was looked at */
function pendingOf({ text }: Named, { status }: Recommendation, wanted: string | undefined): Revision {
  const pending = status?.pending
  if (!pending) throw new CommandError(`${text}: nothing is pending; its state is ${status?.state ?? 'Learning'}`)
  if (wanted !== undefined && String(pending.revision) !== wanted)
    throw new CommandError(`${text}: revision ${pending.revision} is pending, not ${wanted}: look at it, and try again`)
  return pending
}

/** What is not said takes away what an earlier wish said: a merge patch leaves it else. */
function because({ reason }: WishOptions): { reason: string | null } {
  return { reason: reason ?? null }
}

function valuesOf({ request, limit }: { request: string; limit?: string | undefined }) {
  return { request, ...(limit !== undefined && { limit }) }
}

function describe({ containers }: Revision): string {
  return containers
    .map(
      ({ name, cpu, memory }) => `${name} CPU ${cpu?.request ?? 'as it is'}, memory ${memory?.request ?? 'as it is'}`,
    )
    .join('; ')
}
