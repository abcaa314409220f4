/** Types that the chart makes objects of and does not bring; without their owners' schemas: nothing of theirs is checked here. */
export const FOREIGN_DEFINITIONS = [
  definition('monitoring.coreos.com', 'ServiceMonitor', 'servicemonitors'),
  definition('monitoring.coreos.com', 'PrometheusRule', 'prometheusrules'),
  definition('cert-manager.io', 'Issuer', 'issuers'),
  definition('cert-manager.io', 'Certificate', 'certificates'),
]

function definition(group: string, kind: string, plural: string): object {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  }
}
