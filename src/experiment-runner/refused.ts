import { KubeError } from '../kube/index.ts'
import { LoadError } from '../load/index.ts'
import type { Circumstances } from './observed.ts'
import type { Step } from './step.ts'

type Refusals = Pick<Circumstances, 'refusedPatch' | 'refusedLoad' | 'unrestored' | 'unreturned'>

/** HTTP status of an object that will not be taken: invalid, or refused by a policy, or of a kind that is not served. */
const REFUSED = new Set([400, 403, 404, 422])

/** What the API server refused permanently, by the uid of the experiment. A new process tries again and is refused once more. */
export class Refused {
  readonly #refused = new Map<string, Refusals>()

  of(uid: string): Refusals | undefined {
    return this.#refused.get(uid)
  }

  keep(uids: ReadonlySet<string>): void {
    for (const uid of this.#refused.keys()) if (!uids.has(uid)) this.#refused.delete(uid)
  }

  /** A step was accepted. */
  accept(uid: string, step: Step): void {
    if (step.do === 'write status') this.#refused.delete(uid)
    // With this field restored, others may be accepted, such as a request below its limit.
    if (step.do === 'patch target' && step.only !== undefined)
      this.#refused.set(uid, { ...this.#refused.get(uid), unrestored: new Map() })
  }

  /** Whether no other attempt at this step would be accepted, which is then known. */
  note(uid: string, step: Step, error: unknown): boolean {
    const before = this.#refused.get(uid)
    const message = error instanceof Error ? error.message : String(error)
    if ((step.do === 'patch target' || step.do === 'patch autoscaler') && isRefused(error)) {
      if (step.only !== undefined)
        this.#refused.set(uid, {
          ...before,
          unrestored: new Map([...(before?.unrestored ?? []), [step.only, message]]),
        })
      else if (step.do === 'patch target') this.#refused.set(uid, { ...before, refusedPatch: message })
      else return false
      return true
    }
    if (step.do === 'return fields' && isRefused(error)) {
      const unreturned = new Set([...(before?.unreturned ?? []), `${step.kind} ${step.name}`])
      this.#refused.set(uid, { ...before, unreturned })
      return true
    }
    const isRefusedLoad =
      error instanceof LoadError ||
      (error instanceof KubeError && error.status !== undefined && REFUSED.has(error.status))
    if (step.do !== 'create load' || !isRefusedLoad) return false
    this.#refused.set(uid, { ...before, refusedLoad: message })
    return true
  }
}

/** Whether something that validates objects refuses this one. Missing rights are no verdict on the object. */
function isRefused(error: unknown): boolean {
  if (!(error instanceof KubeError)) return false
  const isDenied = /admission|denied/i.test(error.message) && !/ cannot \w+ resource /.test(error.message)
  return error.status === 422 || error.status === 400 || (error.status === 403 && isDenied)
}
