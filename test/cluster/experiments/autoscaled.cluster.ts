// What experiments restore besides Deployments, and who owns the fields afterwards, on a real cluster.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { ExperimentStatus } from '../../../src/api/index.ts'
import { helmObstacle } from '../../chart/helm.ts'
import { clusterObstacle, until } from '../harness/index.ts'
import { EXPERIMENTS_PATH, experiment, NAMESPACE } from './installed.ts'
import { startWorld, type World } from './world.ts'

const PATIENTLY = { timeoutMilliseconds: 240_000, everyMilliseconds: 500 }
const IDLE = 'idle:1'

const labels = (app: string) => ({ app })
const workload = (kind: 'Deployment' | 'StatefulSet', name: string) => ({
  ...{ apiVersion: 'apps/v1', kind, metadata: { name, namespace: NAMESPACE, labels: labels(name) } },
  spec: {
    ...{ replicas: 2, selector: { matchLabels: labels(name) }, ...(kind === 'StatefulSet' && { serviceName: name }) },
    template: {
      metadata: { labels: labels(name) },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            ...{ name, image: IDLE, command: ['sleep', '86400'] },
            resources: { requests: { cpu: '40m', memory: '32Mi' }, limits: { memory: '64Mi' } },
          },
        ],
      },
    },
  },
})

const autoscaler = (kind: string, name: string) => ({
  ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name, namespace: NAMESPACE } },
  spec: {
    ...{ scaleTargetRef: { apiVersion: 'apps/v1', kind, name }, minReplicas: 2, maxReplicas: 4 },
    behavior: {
      scaleDown: { stabilizationWindowSeconds: 120, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
    },
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
  },
})

/** A load that reports its result, whatever the configuration. */
const load = () => {
  const result = { requests: 600, sentPerSecond: 120, latencyMilliseconds: { p95: 40 } }
  const script = `sleep 2; echo '${JSON.stringify(result)}' > /dev/termination-log`
  const container = { name: 'load', image: IDLE, command: ['sh', '-c', script] }
  const template = { spec: { template: { spec: { terminationGracePeriodSeconds: 0, containers: [container] } } } }
  return { name: 'normal', job: { template }, duration: '30s', warmUp: '1s' }
}

const spec = (target: string, more: object) => ({
  ...{ target, loads: [load()], limits: { latency: { below: '100ms' } }, maxTrials: 4, ...more },
})

interface Stored {
  readonly metadata: {
    readonly annotations?: Readonly<Record<string, string>>
    readonly labels?: object
    readonly managedFields: readonly { readonly manager: string; readonly subresource?: string }[]
  }
  readonly spec: object
}

describe('experiments on a real cluster', { skip: clusterObstacle('k6', 'service') ?? helmObstacle() ?? false }, () => {
  let world: World

  before(async () => {
    world = await startWorld()
    await world.cluster.image(IDLE, { from: 'busybox', command: ['sleep', '86400'] })
  })
  after(async () => await world?.stop())

  const apply = async (...objects: readonly object[]) => {
    const input = objects.map((object) => JSON.stringify(object)).join('\n---\n')
    await world.cluster.kubectl(['apply', '--server-side', '--field-manager=team', '-f', '-'], { input })
  }
  /** Everything of an object that neither the API server nor its controllers write, and who owns it. */
  const authored = async (path: string) => {
    const { metadata, spec } = (await world.cluster.read<Stored>(path))!
    const { 'deployment.kubernetes.io/revision': _, ...annotations } = metadata.annotations ?? {}
    const owners = metadata.managedFields.filter(({ subresource }) => subresource === undefined)
    return { labels: metadata.labels, annotations, spec, owners }
  }
  const ended = async (name: string) =>
    await until(
      `${name} to end`,
      async () => {
        const status = (await world.cluster.read<{ status?: ExperimentStatus }>(`${EXPERIMENTS_PATH}/${name}`))?.status
        return ['Completed', 'Failed', 'Refused'].includes(status?.phase ?? '') && status
      },
      PATIENTLY,
    )

  for (const kind of ['Deployment', 'StatefulSet'] as const)
    test(`restore a ${kind} and its HorizontalPodAutoscaler, and give their fields back to who owned them`, async () => {
      const name = `web-${kind.toLowerCase()}`
      const objects = [workload(kind, name), autoscaler(kind, name)]
      await apply(...objects)
      const paths = [
        `/apis/apps/v1/namespaces/${NAMESPACE}/${kind.toLowerCase()}s/${name}`,
        `/apis/autoscaling/v2/namespaces/${NAMESPACE}/horizontalpodautoscalers/${name}`,
      ]
      const before = await Promise.all(paths.map(authored))
      await world.cluster.apply(experiment(name, spec(`${kind.toLowerCase()}/${name}`, { pauseAutoscalers: true })))
      const status = await ended(name)
      assert.deepEqual([status.phase, status.reason, status.kept], ['Completed', 'Done', undefined], status.message)
      assert.deepEqual(await Promise.all(paths.map(authored)), before)
      // Neither a conflict, nor a field that stays although its owner no longer states it.
      await apply(...objects)
      const container = { name, image: IDLE, command: ['sleep', '86400'], resources: { requests: { cpu: '40m' } } }
      const [{ spec: own, ...rest }] = objects as [ReturnType<typeof workload>]
      const template = { ...own.template, spec: { ...own.template.spec, containers: [container] } }
      await apply({ ...rest, spec: { ...own, template } })
      const now = (await world.cluster.read<ReturnType<typeof workload>>(paths[0]!))!
      assert.deepEqual(now.spec.template.spec.containers[0]!.resources, { requests: { cpu: '40m' } })
      await world.cluster.kubectl(['delete', kind, name, `--namespace=${NAMESPACE}`])
    })
})
