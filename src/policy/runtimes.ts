import type { Runtimes } from '../api/index.ts'

export type Runtime = keyof Runtimes

/** Consent to set the heap of a container's program. */
export interface HeapConsent {
  readonly runtime: Runtime
  /** Share of the memory limit, in percent. */
  readonly percent: number
  /** Name of the SizingPolicy that consents. */
  readonly policy: string
}

/** Consents by name of the container. */
export type HeapConsents = ReadonlyMap<string, HeapConsent>

/** Reads the field `runtimes` of the SizingPolicy of that name. */
export function readRuntimes(policy: string, { jvm, node, go }: Runtimes): HeapConsents {
  const of = (runtime: Runtime, containers: readonly string[] = [], percent = 0) =>
    containers.map((name): [string, HeapConsent] => [name, { runtime, percent, policy }])
  return new Map([
    ...of('jvm', jvm?.containers, jvm?.maxRamPercentage),
    ...of('node', node?.containers, node?.maxOldSpacePercentage),
    ...of('go', go?.containers, Number.parseInt(go?.memLimit ?? '', 10)),
  ])
}
