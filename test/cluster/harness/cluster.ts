import { createAddons, loadAddons, waitForAddons } from './addons.ts'
import { findOrBuild } from './binaries.ts'
import { type ControlPlane, describe, type StartOptions } from './control-plane.ts'
import type { ImageContents } from './images.ts'
import { startContainerd, startKubelet } from './node.ts'
import { makeNodeNamespaces } from './node-namespaces.ts'
import { CLUSTER_PROGRAMS } from './programs.ts'
import { stderrProgress } from './progress.ts'
import { type Prometheus, type PrometheusOptions, startPrometheus } from './prometheus.ts'
import { clusterObstacle } from './requirements.ts'
import { startServers } from './servers.ts'
import { openSession } from './session.ts'

/** A cluster with one node that runs Pods. This machine can reach Pods and Services at their addresses. */
export interface Cluster extends ControlPlane {
  readonly nodeName: string
  /** This machine's address for Pods. */
  readonly hostAddress: string
  /** Makes an image and loads it onto the node; see `ImageContents`. */
  image(name: string, contents: ImageContents): Promise<void>
  /** Starts Prometheus on the first call, with a history if there is one. */
  prometheus(options?: PrometheusOptions): Promise<Prometheus>
}

export interface ClusterOptions extends Omit<StartOptions, 'controllers'> {
  /** Additional fields of the kubelet's configuration, such as `{ cpuManagerPolicy: 'static' }`. */
  readonly kubelet?: object
  /**
   * CPU shares of all Pods together, where another process of this machine has 1024 (the default): more for tests that measure how long
   * Pods take, so that these measure little of what else runs.
   */
  readonly cpuShares?: number | undefined
}

/**
 * Starts a cluster with one node, CoreDNS and metrics-server: what `startControlPlane` gives, and real Pods. Needs root and
 * a few packages (the error names them). The node runs in separate namespaces; stop() or this process's end removes it.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { progress = stderrProgress, kubelet = {}, cpuShares } = options
  const obstacle = clusterObstacle()
  if (obstacle) throw new Error(obstacle)
  const binaries = await findOrBuild(CLUSTER_PROGRAMS, progress)
  const session = await openSession()
  const { layout, processes } = session
  try {
    const namespaces = await makeNodeNamespaces(layout, processes, binaries.path('pause'))
    const [servers, images] = await Promise.all([
      startServers(layout, processes, binaries, layout.hostAddress, options),
      // Before the first Pods are created, which would otherwise fail to pull them and back off.
      startContainerd(session, namespaces, binaries, cpuShares).then(async (store) => {
        await loadAddons(store, binaries)
        return store
      }),
    ])
    const controlPlane = await describe(session, servers, progress)
    progress(`Kubernetes ${controlPlane.version} is ready at ${servers.url}`)
    const { kubectl } = controlPlane
    await Promise.all([
      startKubelet(session, namespaces, binaries, servers, kubelet),
      createAddons(controlPlane, layout),
    ])
    progress(`node ${layout.nodeName} is ready`)
    await waitForAddons(kubectl)
    progress('CoreDNS and metrics-server are ready')
    let prometheus: Promise<Prometheus> | undefined
    return {
      ...controlPlane,
      nodeName: layout.nodeName,
      hostAddress: layout.hostAddress,
      image: images.load,
      prometheus(options) {
        prometheus ??= startPrometheus(session, servers, kubectl, options)
        return prometheus
      },
    }
  } catch (error) {
    throw await session.fail(error)
  }
}
