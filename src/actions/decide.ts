import { containersByKey, type Recommendation, type Revision } from '../api/index.ts'
import { type Actor, write } from './actor.ts'
import { ActionError } from './error.ts'
import { createRecommendation, findRecommendation, type Named, recommendationOf } from './target.ts'

/** Options of an action on a Recommendation. */
export interface ActionOptions {
  readonly reason?: string | undefined
  /** End of a hold, RFC 3339; without it, a hold lasts until somebody resumes. */
  readonly until?: string | undefined
  /** Revision that the actor looked at: another one is refused. */
  readonly revision?: number | undefined
  /** Ask the API server whether it accepts the change, and write nothing. */
  readonly dryRun?: boolean | undefined
}

/** What an action did. */
export interface ActionResult {
  /** A sentence for the person who acted. */
  readonly says: string
  /** False where there was nothing to do, and nothing was written. */
  readonly isWritten: boolean
}

/**
 * Approves the pending revision, with its values, until the approval expires.
 *
 * @throws ActionError if nothing is pending, or another revision than the one that was looked at; KubeError if the API server
 * refuses
 */
export async function approve(
  actor: Actor,
  named: Named,
  expires: string,
  options: ActionOptions = {},
): Promise<ActionResult> {
  const [approver, recommendation] = await Promise.all([actor.name(), recommendationOf(actor, named)])
  const pending = pendingOf(named, recommendation, options.revision)
  const containers = containersByKey(pending.containers).map(({ name, cpu, memory }) => ({
    name,
    ...(cpu && { cpu: valuesOf(cpu) }),
    ...(memory && { memory: valuesOf(memory) }),
  }))
  const approval = { revision: pending.revision, approver, expires, containers }
  await write(actor, recommendation, { approval, rejection: null }, options.dryRun)
  return written(
    `revision ${pending.revision} approved until ${expires}: ${describe(pending, recommendation.status?.applied)}`,
  )
}

/** Rejects the pending revision. @throws ActionError or KubeError as `approve` does */
export async function reject(actor: Actor, named: Named, options: ActionOptions = {}): Promise<ActionResult> {
  const [by, recommendation] = await Promise.all([actor.name(), recommendationOf(actor, named)])
  const { revision } = pendingOf(named, recommendation, options.revision)
  await write(
    actor,
    recommendation,
    { rejection: { revision, by, ...because(options) }, approval: null },
    options.dryRun,
  )
  return written(`revision ${revision} rejected; it is not proposed again until something else is learned`)
}

/**
 * Pauses changes to the workload: the applied values stay. A workload about which nothing has been learned yet gets its Recommendation
 * now, so that nothing is applied once something is learned.
 *
 * @throws ActionError if there is no such workload; KubeError if the API server refuses
 */
export async function hold(actor: Actor, named: Named, options: ActionOptions = {}): Promise<ActionResult> {
  const [by, recommendation] = await Promise.all([actor.name(), findRecommendation(actor, named)])
  const { until, reason, dryRun } = options
  const says = `held${until ? ` until ${until}` : ''}; the applied values stay`
  if (recommendation) {
    await write(actor, recommendation, { hold: { by, ...because(options), until: until ?? null } }, dryRun)
    return written(says)
  }
  await createRecommendation(actor, named, { hold: { by, ...(reason && { reason }), ...(until && { until }) } }, dryRun)
  return written(`${says}. Nothing has been learned about it yet`)
}

/** Ends a hold. @throws KubeError if the API server refuses */
export async function resume(actor: Actor, named: Named, options: ActionOptions = {}): Promise<ActionResult> {
  const recommendation = await recommendationOf(actor, named)
  if (!recommendation.spec.hold) return { says: 'it is not held', isWritten: false }
  await write(actor, recommendation, { hold: null }, options.dryRun)
  return written('no longer held')
}

/** Rolls the applied revision back. @throws ActionError if nothing is applied; KubeError if the API server refuses */
export async function rollback(actor: Actor, named: Named, options: ActionOptions = {}): Promise<ActionResult> {
  const [by, recommendation] = await Promise.all([actor.name(), recommendationOf(actor, named)])
  const { applied, canary, lastGood } = recommendation.status ?? {}
  const revision = canary?.revision ?? applied
  if (!revision) throw new ActionError(`${named.text}: no revision is applied that could be rolled back`)
  const rollback = { revision: revision.revision, by, ...because(options) }
  await write(actor, recommendation, { rollback }, options.dryRun)
  const instead = canary
    ? 'the applied revision'
    : lastGood && lastGood.revision !== revision.revision
      ? `revision ${lastGood.revision}: ${describe(lastGood, revision)}`
      : "their author's values"
  return written(`revision ${revision.revision} is rolled back; new Pods get ${instead}`)
}

/**
 * Gives running Pods the applied revision without waiting for each other, or for a change window.
 *
 * @throws ActionError if nothing is applied, or somebody holds the workload; KubeError if the API server refuses
 */
export async function applyNow(actor: Actor, named: Named, options: ActionOptions = {}): Promise<ActionResult> {
  const [by, recommendation] = await Promise.all([actor.name(), recommendationOf(actor, named)])
  const { applied } = recommendation.status ?? {}
  if (!applied) throw new ActionError(`${named.text}: no revision is applied`)
  const { hold } = recommendation.spec
  if (hold) throw new ActionError(`${named.text}: ${hold.by} holds it: kubectl plimsoll resume ${named.text}`)
  await write(
    actor,
    recommendation,
    { applyNow: { revision: applied.revision, by, ...because(options) } },
    options.dryRun,
  )
  return written(`running Pods get revision ${applied.revision} now: ${describe(applied, undefined)}`)
}

function written(says: string): ActionResult {
  return { says, isWritten: true }
}

function pendingOf({ text }: Named, { status }: Recommendation, wanted: number | undefined): Revision {
  const pending = status?.pending
  if (!pending) throw new ActionError(`${text}: nothing is pending; its state is ${status?.state ?? 'Learning'}`)
  if (wanted !== undefined && pending.revision !== wanted)
    throw new ActionError(`${text}: revision ${pending.revision} is pending, not ${wanted}: look at it, and try again`)
  return pending
}

/** Reason to write. If none is given, null removes the earlier one, which a merge patch would keep. */
function because({ reason }: ActionOptions): { reason: string | null } {
  return { reason: reason ?? null }
}

function valuesOf({ request, limit }: { request: string; limit?: string | undefined }) {
  return { request, ...(limit !== undefined && { limit }) }
}

/** The requests in which a revision differs from the applied one. */
function describe({ containers }: Revision, inForce: Revision | undefined): string {
  const before = inForce && containersByKey(inForce.containers)
  const changes = containersByKey(containers).flatMap(({ name, cpu, memory }) => {
    const now = before?.find((container) => container.name === name)
    const of = (what: string, from: string | undefined, to: string | undefined) =>
      to === undefined || to === from ? [] : [`${name} ${what} ${from === undefined ? to : `${from} -> ${to}`}`]
    return [...of('CPU', now?.cpu?.request, cpu?.request), ...of('memory', now?.memory?.request, memory?.request)]
  })
  return changes.join(', ') || 'only other limits'
}
