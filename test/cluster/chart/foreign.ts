/** Custom resources of other projects of which the chart creates objects. Without schemas, because the tests do not check them. */
export const FOREIGN_DEFINITIONS = [
  definition('monitoring.coreos.com', 'ServiceMonitor', 'servicemonitors'),
  definition('monitoring.coreos.com', 'PrometheusRule', 'prometheusrules'),
  definition('cert-manager.io', 'Issuer', 'issuers'),
  definition('cert-manager.io', 'Certificate', 'certificates'),
  definition('gateway.networking.k8s.io', 'HTTPRoute', 'httproutes'),
]

/** The CRD of VPAs, which nobody acts on here. */
export const VPA_DEFINITION = definition('autoscaling.k8s.io', 'VerticalPodAutoscaler', 'verticalpodautoscalers')

function definition(group: string, kind: string, plural: string): object {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    // The API server requires it for groups of Kubernetes (*.k8s.io).
    metadata: { name: `${plural}.${group}`, annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' } },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  }
}
