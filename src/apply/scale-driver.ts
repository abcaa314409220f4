import type { Time } from '../clock/index.ts'
import { type EventRecorder, HPAS, type KubeClient, KubeError, type KubeObject } from '../kube/index.ts'
import {
  type ApiHpa,
  explainReason,
  metricKey,
  type ReasonCode,
  readHpa,
  SCALE_POINT_ANNOTATION,
  type ScalePoint,
} from '../policy/index.ts'
import type { LearnerMetrics, Logger } from '../telemetry/index.ts'
import type { Workload } from '../workloads/index.ts'
import { runPasses } from './run-passes.ts'
import { type MetricPlan, planTargets, type ScaledWorkload } from './scaled-metrics.ts'

export interface ScaleDriverOptions {
  readonly client: Pick<KubeClient, 'get' | 'mergePatch'>
  readonly time: Time
  readonly logger: Logger
  readonly events: Pick<EventRecorder, 'record'>
  readonly metrics: Pick<LearnerMetrics, 'scalePointWrites'>
  readonly workloads: () => Iterable<ScaledWorkload>
}

type StoredHpa = KubeObject & ApiHpa & { readonly metadata: { readonly uid?: string } }
type Metric = NonNullable<NonNullable<ApiHpa['spec']>['metrics']>[number]

/** How long an HPA is left alone after a write failed. */
const RETRY_MILLISECONDS = 15_000

/**
 * Changes targets of HPAs together with the requests of their Pods. Target and note are written in one request, at the resourceVersion
 * that was planned for, so that a successor can always continue.
 */
export class ScaleDriver {
  readonly #options: ScaleDriverOptions
  /** When an HPA may be tried again (monotonic milliseconds), by namespace and name. */
  readonly #notBefore = new Map<string, number>()

  constructor(options: ScaleDriverOptions) {
    this.#options = options
  }

  /** Runs until the signal aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    await runPasses('keeping scale points', (signal) => this.pass(signal), this.#options, signal)
  }

  async pass(signal: AbortSignal): Promise<void> {
    const { time } = this.#options
    const isDueNow = new Set<string>()
    for (const entry of this.#options.workloads()) {
      const due = planTargets(entry).filter(isDue)
      for (const [name, plans] of Map.groupBy(due, ({ hpa }) => hpa.name)) {
        const key = `${entry.workload.namespace}/${name}`
        isDueNow.add(key)
        if (signal.aborted || time.elapsed() < (this.#notBefore.get(key) ?? 0)) continue
        const isWritten = await this.#write(entry.workload, name, plans, signal)
        if (isWritten) this.#notBefore.delete(key)
        else this.#notBefore.set(key, time.elapsed() + RETRY_MILLISECONDS)
      }
    }
    for (const key of this.#notBefore.keys()) if (!isDueNow.has(key)) this.#notBefore.delete(key)
  }

  /** @returns false if it should not be tried again immediately */
  async #write(workload: Workload, name: string, plans: readonly MetricPlan[], signal: AbortSignal): Promise<boolean> {
    const { client, events, logger, metrics } = this.#options
    const of = { namespace: workload.namespace, name }
    try {
      const hpa = await client.get<StoredHpa>(HPAS, of, { signal })
      const change = changeOf(hpa, plans)
      // It has changed since: the watch will report it.
      if (!change) return true
      const metadata = {
        resourceVersion: hpa.metadata.resourceVersion,
        annotations: { [SCALE_POINT_ANNOTATION]: change.annotation },
      }
      await client.mergePatch(HPAS, of, { metadata, spec: { metrics: change.metrics } }, { signal })
      metrics.scalePointWrites.inc({ outcome: 'written' })
      logger.info({ audit: true, ...workload, hpa: name, changes: change.said }, 'target of an HPA')
      const reason = 'ScalePointKept' satisfies ReasonCode
      events.record({
        regarding: { ...HPAS, namespace: of.namespace, name, uid: hpa.metadata.uid },
        ...{ type: 'Normal', reason, action: 'Resizing' },
        note: `${explainReason(reason)}: ${change.said}.`,
      })
      return true
    } catch (error) {
      if (signal.aborted) return true
      const isConflict = error instanceof KubeError && error.status === 409
      metrics.scalePointWrites.inc({ outcome: isConflict ? 'conflict' : 'failed' })
      if (isConflict) return true
      logger.warn({ error, ...workload, hpa: name }, 'changing the target of an HPA failed')
      return false
    }
  }
}

function isDue({ claim, hpa, planned: { target, point } }: MetricPlan): boolean {
  const noted = hpa.points?.[metricKey(claim.resource, claim.container)]
  return target !== claim.utilization || (point === undefined) !== (noted === undefined)
}

/** The metrics and the note to write; undefined if the HPA differs from the one that was planned for. */
function changeOf(hpa: StoredHpa, plans: readonly MetricPlan[]) {
  const now = readHpa(hpa, true)
  if (now.scale !== plans[0]!.hpa.scale) return undefined
  const points: Record<string, ScalePoint> = { ...now.points }
  const said: string[] = []
  const metrics = structuredClone(hpa.spec?.metrics ?? []) as Metric[]
  for (const { claim, planned } of plans) {
    const key = metricKey(claim.resource, claim.container)
    const target = targetIn(metrics, claim)
    if (target?.averageUtilization !== claim.utilization) return undefined
    Object.assign(target!, { averageUtilization: planned.target })
    said.push(`${key} ${claim.utilization} % -> ${planned.target} %`)
    if (planned.point) points[key] = planned.point
    else delete points[key]
  }
  const annotation = Object.keys(points).length > 0 ? JSON.stringify(points) : null
  return { metrics, annotation, said: said.join(', ') }
}

function targetIn(metrics: readonly Metric[], { resource, container }: MetricPlan['claim']) {
  const metric = metrics.find(({ type, resource: whole, containerResource: one }) =>
    container === undefined
      ? type === 'Resource' && whole?.name === resource
      : type === 'ContainerResource' && one?.name === resource && one.container === container,
  )
  return container === undefined ? metric?.resource?.target : metric?.containerResource?.target
}
