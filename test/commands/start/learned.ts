import type { ContainerRecommendation, Recommendation } from '../../../src/api/index.ts'
import { toRecommendation } from '../../../src/recommendations/index.ts'
import type { ResourceName } from '../../../src/resources/index.ts'

const FACTS = { source: 'observed', goal: 'balanced', revision: 1, time: '2026-01-05T08:00:00.000Z' } as const

type Figures = readonly [request: string, limit: string, p95: string, peak: string]

/** What might have been learned of one container. */
export function learnedContainer(
  name: string,
  figures: Partial<Record<ResourceName, Figures>>,
): ContainerRecommendation {
  const of = (resource: ResourceName) => {
    const [request, limit] = figures[resource]!
    return { request, limit }
  }
  const evidence = (resource: ResourceName) => {
    const [, , p95, peak] = figures[resource]!
    return { p50: p95, p95, p99: peak, peak }
  }
  return {
    name,
    ...(figures.cpu && { cpu: of('cpu') }),
    ...(figures.memory && { memory: of('memory') }),
    evidence: {
      from: '2025-12-22T00:00:00.000Z',
      to: '2026-01-05T08:00:00.000Z',
      samples: 3_960,
      ...(figures.cpu && { cpu: evidence('cpu') }),
      ...(figures.memory && { memory: evidence('memory') }),
    },
  }
}

/** @param workload `Deployment shop/cart` */
export function learned(workload: string, ...containers: ContainerRecommendation[]): Recommendation {
  const [, kind, namespace, name] = /^(\w+) ([^/]+)\/(.+)$/.exec(workload)!
  return toRecommendation({ kind: kind!, namespace: namespace!, name: name! }, containers, FACTS)
}

/** For most of the examples; one without CPU, and none for the log agent. */
export const LEARNED: readonly Recommendation[] = [
  learned(
    'Deployment shop/storefront',
    learnedContainer('storefront', {
      cpu: ['342m', '620m', '342m', '413m'],
      memory: ['291Mi', '384Mi', '250Mi', '264Mi'],
    }),
  ),
  learned(
    'Deployment shop/checkout',
    learnedContainer('checkout', {
      cpu: ['262m', '600m', '262m', '400m'],
      memory: ['364Mi', '480Mi', '310Mi', '331Mi'],
    }),
    learnedContainer('envoy', { memory: ['85Mi', '112Mi', '74Mi', '77Mi'] }),
  ),
  learned(
    'Deployment shop/cart',
    learnedContainer('cart', {
      cpu: ['158m', '330m', '158m', '220m'],
      memory: ['778Mi', '1025Mi', '610Mi', '707Mi'],
    }),
  ),
  learned(
    'Deployment shop/catalog',
    learnedContainer('catalog', {
      cpu: ['431m', '810m', '431m', '540m'],
      memory: ['633Mi', '834Mi', '560Mi', '575Mi'],
    }),
  ),
  learned(
    'Deployment platform/gateway',
    learnedContainer('gateway', {
      cpu: ['760m', '1290m', '760m', '860m'],
      memory: ['147Mi', '194Mi', '130Mi', '134Mi'],
    }),
  ),
  learned(
    'CronJob shop/nightly-report',
    learnedContainer('report', {
      cpu: ['905m', '1400m', '905m', '933m'],
      memory: ['1010Mi', '1331Mi', '900Mi', '918Mi'],
    }),
  ),
  learned(
    'StatefulSet shop/postgres',
    learnedContainer('postgres', {
      cpu: ['705m', '1850m', '705m', '1233m'],
      memory: ['2637Mi', '3475Mi', '2290Mi', '2397Mi'],
    }),
  ),
]
