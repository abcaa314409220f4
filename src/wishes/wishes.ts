import type { Recommendation, Revision } from '../api/index.ts'
import { WishError } from './error.ts'
import { type Person, write } from './person.ts'
import { type Named, recommendationOf } from './target.ts'

/** What is said with a wish. */
export interface Wish {
  readonly reason?: string | undefined
  /** RFC 3339; undefined: until it is taken away. */
  readonly until?: string | undefined
  /** The revision that the person looked at: another one is refused. */
  readonly revision?: number | undefined
  /** Ask the API server, and write nothing. */
  readonly dryRun?: boolean | undefined
}

/**
 * Has what is pending applied, with its values, until the approval expires. Each wish returns what has become so, for people.
 *
 * @throws WishError where nothing is pending, or another revision than the one that was looked at; KubeError where the API
 * server refuses
 */
export async function approve(person: Person, named: Named, expires: string, wish: Wish = {}): Promise<string> {
  const [approver, recommendation] = await Promise.all([person.name(), recommendationOf(person, named)])
  const pending = pendingOf(named, recommendation, wish.revision)
  const containers = pending.containers.map(({ name, cpu, memory }) => ({
    name,
    ...(cpu && { cpu: valuesOf(cpu) }),
    ...(memory && { memory: valuesOf(memory) }),
  }))
  const approval = { revision: pending.revision, approver, expires, containers }
  await write(person, recommendation, { approval, rejection: null }, wish.dryRun)
  return `revision ${pending.revision} approved until ${expires}: ${describe(pending)}`
}

/** Turns down what is pending. @throws as `approve` */
export async function reject(person: Person, named: Named, wish: Wish = {}): Promise<string> {
  const [by, recommendation] = await Promise.all([person.name(), recommendationOf(person, named)])
  const { revision } = pendingOf(named, recommendation, wish.revision)
  await write(person, recommendation, { rejection: { revision, by, ...because(wish) }, approval: null }, wish.dryRun)
  return `revision ${revision} rejected; it is not offered again until something else is learned`
}

/** Has nothing new applied. @throws as `approve` */
export async function hold(person: Person, named: Named, wish: Wish = {}): Promise<string> {
  const [by, recommendation] = await Promise.all([person.name(), recommendationOf(person, named)])
  const { until } = wish
  await write(person, recommendation, { hold: { by, ...because(wish), until: until ?? null } }, wish.dryRun)
  return `held${until ? ` until ${until}` : ''}; what is applied stays`
}

/** Takes a hold away. @throws as `approve` */
export async function resume(person: Person, named: Named, wish: Wish = {}): Promise<string> {
  const recommendation = await recommendationOf(person, named)
  if (!recommendation.spec.hold) return 'nobody holds it'
  await write(person, recommendation, { hold: null }, wish.dryRun)
  return 'no longer held'
}

/** Takes the applied revision back. @throws WishError where nothing is applied; KubeError where the API server refuses */
export async function rollback(person: Person, named: Named, wish: Wish = {}): Promise<string> {
  const [by, recommendation] = await Promise.all([person.name(), recommendationOf(person, named)])
  const { applied, canary, lastGood } = recommendation.status ?? {}
  const revision = canary?.revision ?? applied
  if (!revision) throw new WishError(`${named.text}: nothing is applied that could be taken back`)
  const rollback = { revision: revision.revision, by, ...because(wish) }
  await write(person, recommendation, { rollback }, wish.dryRun)
  const instead = canary
    ? 'what is applied to the others'
    : lastGood && lastGood.revision !== revision.revision
      ? `revision ${lastGood.revision}: ${describe(lastGood)}`
      : 'what their author wrote'
  return `revision ${revision.revision} is taken back; new Pods get ${instead}`
}

function pendingOf({ text }: Named, { status }: Recommendation, wanted: number | undefined): Revision {
  const pending = status?.pending
  if (!pending) throw new WishError(`${text}: nothing is pending; its state is ${status?.state ?? 'Learning'}`)
  if (wanted !== undefined && pending.revision !== wanted)
    throw new WishError(`${text}: revision ${pending.revision} is pending, not ${wanted}: look at it, and try again`)
  return pending
}

/** What is not said takes away what an earlier wish said: a merge patch leaves it else. */
function because({ reason }: Wish): { reason: string | null } {
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
