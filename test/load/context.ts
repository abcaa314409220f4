import type { LoadContext } from '../../src/load/index.ts'

export const CONTEXT: LoadContext = {
  experiment: 'checkout',
  trial: 3,
  namespace: 'staging',
  image: 'plimsoll:1',
  deadlineSeconds: 300,
  ownerReference: { apiVersion: 'plimsoll.dev/v1alpha1', kind: 'Experiment', name: 'checkout', uid: 'u-1' },
  labels: { 'plimsoll.dev/experiment': 'checkout' },
}

/** What a kubelet runs of a Job: the command of its first container and the files of its ConfigMaps. */
export interface JobParts {
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> }
      readonly spec: {
        readonly [field: string]: unknown
        readonly restartPolicy: string
        readonly containers: readonly {
          readonly image: string
          readonly command?: readonly string[]
          readonly args?: readonly string[]
          readonly [field: string]: unknown
        }[]
      }
    }
    readonly [field: string]: unknown
  }
}
