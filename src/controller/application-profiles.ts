import { secondsOf } from '../api/index.ts'
import type { Tenants } from '../fleet/index.ts'
import { KubeError } from '../kube/index.ts'
import { type Instance, type Learner, NewerProfilesError, type Profile, Profiles } from '../learner/index.ts'
import { applicationOf } from '../policy/index.ts'
import { readProfiles, writeProfiles } from '../recommendations/index.ts'
import { type Workload, workloadKey } from '../workloads/index.ts'
import type { ControllerContext } from './context.ts'
import type { ViewedWorkload } from './workload-view.ts'

interface ApplicationProfilesOptions extends Pick<ControllerContext, 'client' | 'settings' | 'logger' | 'time'> {
  readonly learner: Pick<Learner, 'instances' | 'firstSeconds'>
  readonly tenants: Pick<Tenants, 'of'>
}

const HOUR_SECONDS = secondsOf('1h')

/**
 * What the instances of applications know of each other. Each workload whose application is named tells once an hour what it shows, and
 * is told what the others showed. It is stored in Plimsoll's own namespace, also where a Prometheus keeps the usage: what a Prometheus
 * has of a deleted namespace is not read again.
 */
export class ApplicationProfiles {
  readonly #options: ApplicationProfilesOptions
  readonly #profiles = new Profiles()
  /** Keys of the workloads that told in the current hour, counted from 1970. */
  readonly #told = new Set<string>()
  #hour = 0
  /** Whether a later version wrote the profiles that are stored: they are left as they are. */
  #isNewer = false
  #saved = { changes: 0, atMilliseconds: Number.NEGATIVE_INFINITY, exists: false }

  constructor(options: ApplicationProfilesOptions) {
    this.#options = options
  }

  /** Profiles of the applications of a workload, by container; undefined if no application is named. */
  of(
    { workload, effective, images, labels }: ViewedWorkload,
    nowSeconds: number,
  ): ReadonlyMap<string, Profile> | undefined {
    const { learner, tenants } = this.#options
    const { applications: rule } = effective
    if (!rule) return undefined
    const tenant = tenants.of(workload.namespace)
    const name = workloadKey(workload)
    const shown = this.#shownBy(workload, name, nowSeconds)
    const firstHour = Math.floor(learner.firstSeconds(workload) / HOUR_SECONDS)
    const profiles = new Map<string, Profile>()
    for (const [container, image] of images) {
      const application = applicationOf(rule, { kind: workload.kind, labels }, { name: container, image })
      if (!application) continue
      const key = `${tenant}/${application.key}`
      const own = { name: `${name}/${container}`, firstHour }
      const instance = shown?.get(container)
      if (instance) this.#profiles.note(key, own.name, instance)
      const profile = this.#profiles.of(key, application.name, own)
      if (profile) profiles.set(container, profile)
    }
    return profiles
  }

  async restore(signal: AbortSignal): Promise<void> {
    const { client, logger, settings } = this.#options
    const unreadable = (name: string, error: Error) =>
      logger.warn({ name, error }, 'the profiles of applications are learned again')
    const state = await readProfiles(client, settings.namespace, unreadable, signal)
    if (!state) return
    this.#saved = { ...this.#saved, exists: true }
    try {
      this.#profiles.restore(state)
    } catch (error) {
      this.#isNewer = error instanceof NewerProfilesError
      unreadable('profiles', error as Error)
    }
  }

  /** Forgets old instances, and writes what has changed, at most once an hour. */
  async save(signal: AbortSignal): Promise<void> {
    const { client, settings, time } = this.#options
    const now = new Date(time.now())
    this.#profiles.prune(Math.floor(now.getTime() / 1000 / HOUR_SECONDS) - settings.profiles.keepDays * 24)
    const { changes } = this.#profiles
    const { checkpointEverySeconds } = settings.learner
    const isDue = time.elapsed() - this.#saved.atMilliseconds >= checkpointEverySeconds * 1000
    if (changes === this.#saved.changes || !isDue || this.#isNewer) return
    const { exists } = this.#saved
    await writeProfiles(client, settings.namespace, this.#profiles.save(), now, { exists, signal }).catch((error) => {
      // Somebody has deleted it: the next write creates it again.
      if (error instanceof KubeError && error.status === 404) this.#saved = { ...this.#saved, exists: false }
      throw error
    })
    this.#saved = { changes, atMilliseconds: time.elapsed(), exists: true }
  }

  /** What the containers of a workload show now, by name; undefined if it was told in this hour. */
  #shownBy(workload: Workload, name: string, nowSeconds: number): ReadonlyMap<string, Instance> | undefined {
    const hour = Math.floor(nowSeconds / HOUR_SECONDS)
    if (hour !== this.#hour) this.#told.clear()
    this.#hour = hour
    if (this.#told.has(name)) return undefined
    const shown = this.#options.learner.instances(workload)
    // Soon after a start, its history may not have been read yet.
    if (shown.size > 0) this.#told.add(name)
    return shown
  }
}
