import type { Survey } from '../../../src/doctor/survey/facts.ts'

/** A cluster with metrics-server and nothing else that matters. */
export function survey(changes: Partial<Survey> = {}): Survey {
  return {
    kubernetes: 'v1.36.3',
    servesPodResize: true,
    groups: new Set(['apps', 'metrics.k8s.io']),
    installed: { value: [] },
    stores: { value: [] },
    monitorLabels: { value: undefined },
    hpas: { value: [] },
    vpas: { value: [] },
    limitRanges: { value: 0 },
    quotas: { value: 0 },
    ...changes,
  }
}

export const PROMETHEUS = {
  namespace: 'monitoring',
  service: 'prometheus-operated',
  port: 9090,
  program: 'Prometheus',
  isHttps: false,
}
