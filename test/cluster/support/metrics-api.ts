import type { ControlPlane } from '../harness/index.ts'
import { awaitServed } from './crds.ts'

/** The metrics API without metrics-server: a CRD with the same names. */
export async function installMetricsApi(cluster: ControlPlane): Promise<void> {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  await cluster.apply({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'pods.metrics.k8s.io', annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' } },
    spec: {
      group: 'metrics.k8s.io',
      scope: 'Namespaced',
      names: { plural: 'pods', kind: 'PodMetrics' },
      versions: [{ name: 'v1beta1', served: true, storage: true, schema }],
    },
  })
  await awaitServed(cluster, 'pods.metrics.k8s.io')
}
