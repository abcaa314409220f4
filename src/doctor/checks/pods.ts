import type { InstallationFacts, PodFacts } from '../facts.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'
import { READ_RIGHTS } from './cluster.ts'
import { registrationOf } from './registration.ts'

/** Up to so many restarts of a Plimsoll Pod are normal. */
const MANY_RESTARTS = 5

export function checkPods(facts: InstallationFacts): Finding {
  const { pods, learners, namespace } = facts
  const see = `See kubectl get pods -n ${namespace}, and kubectl describe for the reason.`
  if ('problem' in pods) return warn('pods', `the Pods could not be read: ${pods.problem}`, READ_RIGHTS)
  const url = registrationOf(facts)?.webhooks[0]?.clientConfig?.url
  if (pods.value.length === 0 && url)
    return ok('pods', `the webhook is registered by URL, ${url}: Pods are not checked`)
  if (pods.value.length === 0) return fail('pods', `no Pod of Plimsoll exists in ${namespace}, so no Pod is sized`, see)
  const all = [...pods.value, ...('value' in learners ? learners.value : [])]
  const stuck = all.flatMap((pod) =>
    pod.containers.flatMap(({ name, waiting }) => (waiting ? [`${pod.name}/${name}: ${waiting}`] : [])),
  )
  const ready = pods.value.filter(({ isReady }) => isReady)
  if (ready.length === 0) {
    return fail(
      'pods',
      `none of ${pods.value.length} Pods is ready${stuck.length > 0 ? ` (${stuck.join('; ')})` : ''}`,
      see,
    )
  }
  if (ready.length < pods.value.length) {
    const others = pods.value.filter(({ isReady }) => !isReady).map(({ name }) => name)
    return warn(
      'pods',
      `${ready.length} of ${pods.value.length} Pods are ready; not: ${[...others, ...stuck].join(', ')}`,
      see,
    )
  }
  if (stuck.length > 0) return warn('pods', `a learner does not start: ${stuck.join(', ')}`, see)
  const restless = all.flatMap((pod) =>
    pod.containers
      .filter(({ restarts }) => restarts > MANY_RESTARTS)
      .map(({ name, restarts }) => `${pod.name}/${name} ${restarts} times`),
  )
  if (restless.length > 0) {
    return warn(
      'pods',
      `containers were restarted: ${restless.join(', ')}`,
      `Look for the reason (OOMKilled: raise the limit) with kubectl logs -n ${namespace} --previous.`,
    )
  }
  if (ready.length === 1) {
    return warn('pods', 'only one Pod is ready', 'Run two replicas: while the only one restarts, Pods are not sized.')
  }
  return ok('pods', `${ready.length} Pods are ready`)
}

export function checkVersions(facts: InstallationFacts): Finding {
  const { pods, learners, version } = facts
  const images = [
    ...new Set([pods, learners].flatMap((found) => ('value' in found ? found.value.flatMap(imagesOf) : []))),
  ]
  if (images.length > 1) {
    return warn(
      'versions',
      `the Pods run different images: ${images.join(', ')}`,
      'If no rolling update is under way, one is stuck: see kubectl rollout status.',
    )
  }
  const labels = registrationOf(facts)?.metadata.labels as Readonly<Record<string, string>> | undefined
  const installed = labels?.['app.kubernetes.io/version']
  if (installed && installed !== version) {
    return warn(
      'versions',
      `Plimsoll ${installed} is installed, but this doctor has version ${version}`,
      'Use the doctor of the same version: its checks may differ.',
    )
  }
  return ok('versions', images[0] ? `all run ${images[0]}` : `this doctor has version ${version}`)
}

function imagesOf({ containers }: PodFacts): string[] {
  return containers.filter(({ name }) => name === 'webhook' || name === 'learner').map(({ image }) => image)
}
