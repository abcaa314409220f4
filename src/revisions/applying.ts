import {
  type ContainerValues,
  type RecommendationStatus,
  type Revision,
  readValues,
  type ValueChange,
  type Values,
  type WrittenValues,
} from '../api/index.ts'
import type { Policy } from '../policy/index.ts'
import {
  type Allotment,
  type ContainerResources,
  formatQuantity,
  isSameAllotment,
  RESOURCES,
  type ResourceName,
  readable,
} from '../resources/index.ts'
import { BY_PLIMSOLL, type EventReason, type RevisionEvent } from './events.ts'
import { lowestConfidence } from './summary.ts'
import { changed, type Transition, without } from './transition.ts'

type Author = { readonly author: ReadonlyMap<string, ContainerResources> }

/**
 * Makes a revision the applied one, or returns to the author's values if `revision` is undefined; reports what changed.
 *
 * @param event why it is applied, and who did it
 */
export function applying(
  status: RecommendationStatus,
  revision: Revision | undefined,
  input: Author,
  event: Pick<RevisionEvent, 'reason' | 'by' | 'message' | 'until'>,
): Transition {
  const before = status.applied
  const [from, to] = [readValues(before?.containers), readValues(revision?.containers)]
  const confidence = lowestConfidence(to)
  return changed(
    { ...without(status, 'applied'), ...(revision && { applied: revision }) },
    {
      ...event,
      ...(revision && { revision: revision.revision }),
      ...(before && { from: before.revision }),
      ...(confidence !== undefined && { confidence }),
      ...changesTo(to, from, input),
    },
    ...holdEvents(from, to),
  )
}

/** Whether any resource gets other values than before. Resources that an autoscaler now holds do not count. */
export function movesValues(from: Values, to: Values): boolean {
  return [...to].some(([name, container]) =>
    RESOURCES.some((resource) => {
      const [was, is] = [from.get(name)?.[resource], container[resource]]
      return is !== undefined && !(was && isSameAllotment(was, is))
    }),
  )
}

/**
 * Values of each resource of each container before and after, if they differ; a missing value counts as the author's. Used in events;
 * empty if nothing differs.
 */
export function changesTo(to: Values, from: Values, { author }: Author): Pick<RevisionEvent, 'changes'> {
  const changes = valueChanges(from, to, author)
  return changes.length > 0 ? { changes } : {}
}

function valueChanges(from: Values, to: Values, author: Author['author']): ValueChange[] {
  const names = new Set([...to.keys(), ...from.keys()])
  return [...names].flatMap((container) =>
    RESOURCES.flatMap((resource): ValueChange[] => {
      const of = (values: Values) =>
        written(resource, values.get(container)?.[resource] ?? readable(author.get(container)?.[resource] ?? {}))
      const [was, is] = [of(from), of(to)]
      if (was?.request === is?.request && was?.limit === is?.limit) return []
      return [{ container, resource, ...(was && { from: was }), ...(is && { to: is }) }]
    }),
  )
}

/** Whether Pods get a learned limit: the policy must ask for it, and no heap may follow the limit. */
export function getsLearnedLimit(
  { container, resource }: { readonly container: string; readonly resource: ResourceName },
  limits: Policy['limits'],
  heapFollowers?: ReadonlySet<string>,
): boolean {
  return limits[resource] === 'headroom' && !(resource === 'memory' && heapFollowers?.has(container))
}

/**
 * Removes limits from an event that no Pod gets: under every limits policy except `headroom`, and where a heap follows the memory
 * limit, a limit stays the author's or follows the request, so the learned limit is not used.
 */
export function withInjectedLimits(
  event: RevisionEvent,
  limits: Policy['limits'],
  heapFollowers?: ReadonlySet<string>,
): RevisionEvent {
  if (!event.changes) return event
  const requestOf = (values: WrittenValues | undefined) => values && { request: values.request }
  const changes = event.changes.flatMap((change): ValueChange[] => {
    if (getsLearnedLimit(change, limits, heapFollowers)) return [change]
    const [from, to] = [requestOf(change.from), requestOf(change.to)]
    if (from?.request === to?.request) return []
    const { container, resource } = change
    return [{ container, resource, ...(from && { from }), ...(to && { to }) }]
  })
  const { changes: _, ...rest } = event
  return changes.length > 0 ? { ...rest, changes } : rest
}

function written(resource: ResourceName, { request, limit }: Allotment): WrittenValues | undefined {
  // Every limit has a request: the API server sets a missing one.
  if (request === undefined) return undefined
  return {
    request: formatQuantity(resource, request),
    ...(limit !== undefined && { limit: formatQuantity(resource, limit) }),
  }
}

/** One event for each kind of autoscaler whose held resources have changed. */
function holdEvents(from: Values, to: Values): RevisionEvent[] {
  return (['HeldForVpa', 'HeldForHpa'] as const satisfies readonly EventReason[]).flatMap((reason) => {
    const [before, now] = [heldBy(reason, from), heldBy(reason, to)]
    if (now.length === 0 || now.join() === before.join()) return []
    return [{ reason, by: BY_PLIMSOLL, message: now.join(', ') }]
  })
}

/** Resources that are held for this reason, each as `app cpu`. */
function heldBy(reason: string, values: Values): readonly string[] {
  return [...values].flatMap(([name, { held = {} }]: [string, ContainerValues]) =>
    RESOURCES.flatMap((resource) => (held[resource] === reason ? [`${name} ${resource}`] : [])),
  )
}
