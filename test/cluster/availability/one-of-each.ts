import { IMAGE_VALUES } from '../support/image.ts'

const HASH = '7f9b'
const { repository, tag } = IMAGE_VALUES.image

/** A workload of each kind that Plimsoll knows, asking for far more than it uses, so that there is something to tell of each. */
export function oneOfEach(namespace: string): object[] {
  const object = (apiVersion: string, kind: string, name: string, spec: object) => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
    spec,
  })
  return [
    object('apps/v1', 'Deployment', 'barge', selecting('barge')),
    object('apps/v1', 'StatefulSet', 'lock', { ...selecting('lock'), serviceName: 'lock' }),
    object('apps/v1', 'DaemonSet', 'pilot', selecting('pilot')),
    object('apps/v1', 'ReplicaSet', 'raft', selecting('raft')),
    // As Argo's controller makes them; there is no Rollout behind it, so asking for it finds nothing.
    object('apps/v1', 'ReplicaSet', `tug-${HASH}`, selecting('tug', { 'rollouts-pod-template-hash': HASH })),
    object('batch/v1', 'Job', 'errand', { template: template({ 'plimsoll.dev/workload': 'errand' }, 'Never') }),
    object('batch/v1', 'CronJob', 'tide', {
      schedule: '* * * * *',
      concurrencyPolicy: 'Forbid',
      jobTemplate: { spec: { template: template({}, 'Never') } },
    }),
  ]
}

function selecting(app: string, more: Readonly<Record<string, string>> = {}): object {
  const labels = { app, ...more }
  return { selector: { matchLabels: labels }, template: template(labels) }
}

function template(labels: Readonly<Record<string, string>>, restartPolicy = 'Always'): object {
  const container = {
    name: 'app',
    image: `${repository}:${tag}`,
    command: ['/nodejs/bin/node', '--eval', 'setInterval(() => {}, 1000)'],
    resources: { requests: { cpu: '100m', memory: '256Mi' } },
  }
  return { metadata: { labels }, spec: { restartPolicy, terminationGracePeriodSeconds: 1, containers: [container] } }
}
