import { pause, systemTime } from '../clock/index.ts'
import type { ClusterInventory } from '../fleet/index.ts'
import { ScaleReader } from '../kube/index.ts'
import type { Autoscaler } from '../policy/index.ts'
import { workloadType } from '../workloads/index.ts'
import type { InformerContext } from './context.ts'

/** How often targets are read again: a selector hardly ever changes, and a target may be created after its autoscaler. */
const AGAIN_MILLISECONDS = 5 * 60_000
/** How soon targets that could not be read are tried again. */
const RETRY_MILLISECONDS = 30_000
/** Time between two looks for new autoscalers. */
const LOOK_MILLISECONDS = 1_000

/**
 * Keeps track of the Pods of the autoscalers' targets in a namespace, until the signal aborts. Targets of native kinds need not be
 * read, because their Pods name them.
 */
export function followScaleTargets(
  { client, logger, time = systemTime }: InformerContext,
  inventory: ClusterInventory,
  namespace: string,
  signal: AbortSignal,
): { readonly isKnown: () => boolean } {
  const reader = new ScaleReader(client)
  /** When each target is due again (monotonic milliseconds), by its key. */
  const due = new Map<string, { readonly at: number; readonly target: Autoscaler['target'] }>()
  const targets = () =>
    new Map(
      inventory
        .autoscalersIn(namespace)
        .filter(isCustom)
        .map((one) => [keyOf(one), one]),
    )

  const read = async (key: string, { target }: Autoscaler) => {
    const { apiVersion, kind } = target.reference!
    let wait = AGAIN_MILLISECONDS
    try {
      const selector = await reader.selectorOf(namespace, { apiVersion, kind, name: target.name }, { signal })
      inventory.setSelector({ namespace, target }, selector)
    } catch (error) {
      if (signal.aborted) return
      wait = RETRY_MILLISECONDS
      const message = 'which Pods an autoscaler scales cannot be read; they are matched by name only'
      if (!due.has(key)) logger.warn({ error, namespace, target }, message)
    }
    due.set(key, { at: time.elapsed() + wait, target })
  }

  const forget = (but: ReadonlyMap<string, unknown>) => {
    for (const [key, { target }] of due) {
      if (but.has(key)) continue
      due.delete(key)
      inventory.setSelector({ namespace, target }, undefined)
    }
  }

  const follow = async () => {
    while (!signal.aborted) {
      const now = targets()
      for (const [key, one] of now) {
        if ((due.get(key)?.at ?? 0) > time.elapsed()) continue
        await read(key, one)
        if (signal.aborted) return
      }
      forget(now)
      await pause(time, LOOK_MILLISECONDS, signal)
    }
  }
  void follow().finally(() => forget(new Map()))
  return { isKnown: () => [...targets().keys()].every((key) => due.has(key)) }
}

function isCustom({ target: { kind, reference } }: Autoscaler): boolean {
  return reference !== undefined && workloadType(kind) === undefined && kind !== 'ReplicationController'
}

function keyOf({ target }: Autoscaler): string {
  return `${target.reference?.apiVersion}/${target.kind}/${target.name}`
}
