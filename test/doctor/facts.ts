import { issueAuthority, issueServing } from '../../src/certificates/issue.ts'
import { AUTHORITY_MILLISECONDS, SERVING_MILLISECONDS, validFor } from '../../src/certificates/lifetimes.ts'
import { parseSettings } from '../../src/config/index.ts'
import type { InstallationFacts, PodFacts } from '../../src/doctor/facts.ts'
import { DEFINED_COLUMNS } from '../../src/recommendations/index.ts'
import { DAY, NOW } from '../certificates/world.ts'

export const authority = await issueAuthority('CA', validFor(AUTHORITY_MILLISECONDS, NOW))

/** The pair of a leaf as it would have been issued `days` ago. */
export async function leaf(days = 0, name = 'plimsoll.plimsoll.svc', by = authority) {
  return await issueServing(by, [name], validFor(SERVING_MILLISECONDS, NOW - days * DAY))
}

const serving = await leaf()
/** In the path of the registration, and accepted by the webhooks. */
export const PATH_KEY = '0123456789'.repeat(4)

export const service = (mode: string, key = `/${PATH_KEY}`) => ({
  name: 'plimsoll',
  namespace: 'plimsoll',
  port: 443,
  path: `/mutate/${mode}${key}`,
})

export function registration(changes: object = {}, caBundle = authority.cert, key?: string) {
  const bundle = Buffer.from(caBundle).toString('base64')
  const webhook = { failurePolicy: 'Ignore', timeoutSeconds: 2 }
  return {
    metadata: { name: 'plimsoll', labels: { 'app.kubernetes.io/version': '1.0.0' } },
    webhooks: ['auto', 'approve'].map((mode) => ({
      name: `${mode}.plimsoll.dev`,
      ...webhook,
      clientConfig: { service: service(mode, key), caBundle: bundle },
      ...changes,
    })),
  }
}

export function pod(name: string, changes: Partial<PodFacts> = {}): PodFacts {
  const container = { image: 'plimsoll:1.0.0', restarts: 0, isRunning: true }
  return {
    name,
    isReady: true,
    account: 'plimsoll',
    containers: [{ name: 'webhook', ...container }],
    metrics: {
      value:
        `plimsoll_certificate_expiry_timestamp_seconds ${(NOW + SERVING_MILLISECONDS) / 1000}\n` +
        `plimsoll_snapshot_heard_timestamp_seconds ${NOW / 1000 - 60}\n`,
    },
    ...changes,
  }
}

export function learner(name: string, changes: Partial<PodFacts> = {}): PodFacts {
  return {
    ...pod(name),
    account: 'plimsoll-learner',
    containers: [{ name: 'learner', image: 'plimsoll:1.0.0', restarts: 0, isRunning: true }],
    metrics: {
      value:
        `plimsoll_learner_last_usage_timestamp_seconds ${NOW / 1000 - 30}\n` +
        'plimsoll_learner_prometheus_undecided_namespaces 0\n',
    },
    ...changes,
  }
}

export const shop = {
  name: 'shop',
  label: 'auto',
  pods: { value: { count: 3, oldest: NOW - 30 * DAY } },
  measured: { value: 3 },
}

/** Of an installation in which all is well. */
export const WELL: InstallationFacts = {
  now: NOW,
  version: '1.0.0',
  kubernetes: 'v1.36.3',
  types: {
    value: new Map(
      ['recommendations', 'recommendationcheckpoints', 'sizingpolicies'].map((name) => [
        `${name}.plimsoll.dev`,
        new Map([
          ['v1alpha1', []],
          ['injected', [...DEFINED_COLUMNS]],
        ]),
      ]),
    ),
  },
  registrations: { value: [registration()] },
  otherWebhooks: { value: [] },
  namespace: 'plimsoll',
  settings: parseSettings('certificates: {}', 'settings'),
  pods: { value: [pod('a'), pod('b')] },
  learners: { value: [learner('c'), learner('d')] },
  secret: { value: { ...serving, pathKeys: [PATH_KEY] } },
  lease: { value: { holder: 'a-1', isRenewed: true, skewSeconds: 0.4 } },
  rights: {
    value: [
      { process: 'learner', verb: 'list', group: '', resource: 'pods', isNeeded: true, isAllowed: true },
      { process: 'webhook', verb: 'create', group: '', resource: 'secrets', isNeeded: false, isAllowed: false },
    ],
  },
  probe: { value: { namespace: 'shop', webhook: 'auto.plimsoll.dev', calls: 1, failedOpen: 0 } },
  failOpen: { value: new Map([['auto.plimsoll.dev', 0]]) },
  namespaces: { value: [shop] },
  experimentNamespaces: { value: [] },
  recommendations: { value: [{ namespace: 'shop', lastSeen: new Date(NOW).toISOString() }] },
  running: { value: { hasResize: true, judges: [], stuck: [] } },
}
