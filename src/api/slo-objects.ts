import type { SloObjectKind } from './slo.ts'

/** Where objects of a kind are served. */
export interface SloType {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
}

const OPENSLO = 'openslo.com/v1'

/** Types of the objects of other projects that state SLOs, the one with the SLO first. */
export const SLO_TYPES: Readonly<Record<SloObjectKind, readonly SloType[]>> = {
  pyrra: [{ apiVersion: 'pyrra.dev/v1alpha1', kind: 'ServiceLevelObjective', plural: 'servicelevelobjectives' }],
  sloth: [{ apiVersion: 'sloth.slok.dev/v1', kind: 'PrometheusServiceLevel', plural: 'prometheusservicelevels' }],
  openslo: [
    { apiVersion: OPENSLO, kind: 'SLO', plural: 'slos' },
    { apiVersion: OPENSLO, kind: 'SLI', plural: 'slis' },
  ],
}
