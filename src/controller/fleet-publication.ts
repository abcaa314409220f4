import type { RunningPods } from '../api/index.ts'
import { type Fleet, runningPods } from '../fleet/index.ts'
import type { UsageSample } from '../history/index.ts'
import type { Learner } from '../learner/index.ts'
import { writeRunningPods } from '../recommendations/index.ts'
import type { ControllerContext } from './context.ts'
import { RecentUsage } from './recent-usage.ts'
import type { Takes } from './takes.ts'
import type { WriteQueue } from './write-queue.ts'

interface FleetPublicationOptions extends Pick<ControllerContext, 'client' | 'settings' | 'time'> {
  readonly fleet: Fleet
  readonly queue: WriteQueue
  /** Name of the Secret in Plimsoll's namespace. */
  readonly secret: string
  /** The nodes that are needed, where they are counted. */
  readonly nodes?: { readonly counted: RunningPods['nodes'] } | undefined
  /** Recent shares of bad requests, by SLO. */
  readonly slos?: { readonly published: (nowSeconds: number) => RunningPods['slos'] } | undefined
}

/** Publishes the running workloads for the dashboard, so that the dashboard needs no right to read Pods (docs/decisions/0088). */
export class FleetPublication {
  readonly #options: FleetPublicationOptions
  readonly #recent = new RecentUsage()

  constructor(options: FleetPublicationOptions) {
    this.#options = options
  }

  /** The learner, wrapped so that usage is recorded here as well. */
  listeningTo(learner: Pick<Learner, keyof Takes>): Takes {
    const { time } = this.#options
    return {
      observe: (samples: readonly UsageSample[]) => {
        this.#recent.note(samples, time.now() / 1000)
        learner.observe(samples)
      },
      observeOomKill: (kill) => learner.observeOomKill(kill),
    }
  }

  /** Queues the current state for publication. */
  run(): void {
    const { client, fleet, nodes, queue, secret, settings, slos, time } = this.#options
    const at = { namespace: settings.namespace, name: secret }
    const write = async (signal: AbortSignal) => {
      const now = new Date(time.now())
      this.#recent.keep(fleet)
      const nowSeconds = now.getTime() / 1000
      const running = runningPods(fleet, now, (pod, container) => this.#recent.of(pod, container, nowSeconds))
      const shares = slos?.published(nowSeconds)
      const counted = nodes?.counted
      const more = { ...(shares && { slos: shares }), ...(counted && { nodes: counted }) }
      await writeRunningPods(client, at, { ...running, ...more }, signal)
      return true
    }
    // Include the time: content that was refused as too large may be smaller next time.
    const content = String(time.now())
    queue.offer(
      ['fleet'],
      [
        {
          purpose: 'fleet',
          key: `secret/${secret}`,
          namespace: at.namespace,
          requests: 1,
          content,
          about: at,
          run: write,
        },
      ],
      time.elapsed(),
    )
  }
}
