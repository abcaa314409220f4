import type { Administered } from '../support/admin.ts'

interface Running {
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: { readonly containers: readonly { readonly name: string }[] }
}

/** Publishes a usage of 50m and 80 MiB for every container of these namespaces in the metrics API, every second, until it is stopped. */
export function startMeter({ api }: Administered, namespaces: readonly string[]): { stop(): Promise<void> } {
  let isStopped = false
  const measured = new Set<string>()

  async function measure({ metadata, spec }: Running): Promise<void> {
    const { name, namespace } = metadata
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`
    const usage = { cpu: '50m', memory: '80Mi' }
    const sample = {
      timestamp: new Date().toISOString(),
      window: '1s',
      containers: spec.containers.map((container) => ({ name: container.name, usage })),
    }
    if (measured.has(`${namespace}/${name}`)) {
      await api.call('PATCH', `${path}/${name}`, sample, 'application/merge-patch+json')
      return
    }
    measured.add(`${namespace}/${name}`)
    const object = { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics', metadata: { name, namespace } }
    await api.call('POST', path, { ...object, ...sample })
  }

  async function run(): Promise<void> {
    while (!isStopped) {
      for (const namespace of namespaces) {
        const { json } = await api.call('GET', `/api/v1/namespaces/${namespace}/pods`)
        await Promise.all((json as { items: Running[] }).items.map(measure))
      }
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }
  const running = run()
  return {
    async stop() {
      isStopped = true
      await running
    },
  }
}
