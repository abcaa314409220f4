/** Types that the chart makes objects of and does not bring; without their owners' schemas: nothing of theirs is checked here. */
export const FOREIGN_DEFINITIONS = [
  definition('monitoring.coreos.com', 'ServiceMonitor', 'servicemonitors'),
  definition('monitoring.coreos.com', 'PrometheusRule', 'prometheusrules'),
  definition('cert-manager.io', 'Issuer', 'issuers'),
  definition('cert-manager.io', 'Certificate', 'certificates'),
  definition('gateway.networking.k8s.io', 'HTTPRoute', 'httproutes'),
]

/** So that there are VPAs to follow; nobody acts on them. */
export const VPA_DEFINITION = definition('autoscaling.k8s.io', 'VerticalPodAutoscaler', 'verticalpodautoscalers')

function definition(group: string, kind: string, plural: string): object {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    // The API server asks for it in groups of Kubernetes' own (*.k8s.io).
    metadata: { name: `${plural}.${group}`, annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' } },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  }
}
