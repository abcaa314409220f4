import type { KubernetesObject, LoadContext } from './context.ts'
import { jobOf, RESTRICTED_CONTAINER, RESTRICTED_POD, resourcesOf } from './job.ts'
import type { Load } from './load.ts'
import { SCRIPTS_MOUNT } from './script.ts'

interface ScriptPod {
  readonly container: { readonly image: string; readonly command: readonly string[]; readonly [field: string]: unknown }
  /** Memory request and limit. */
  readonly memory: string
  readonly runAsUser: number
  /** With the scripts. */
  readonly volumes: readonly object[]
}

/** A Job that runs a script in the image of its tool. */
export function scriptJobOf(load: Load, context: LoadContext, pod: ScriptPod): KubernetesObject {
  const { container, memory, runAsUser, volumes } = pod
  return jobOf(load, context, {
    spec: {
      ...RESTRICTED_POD,
      securityContext: { ...RESTRICTED_POD.securityContext, runAsUser },
      containers: [
        {
          ...{ ...RESTRICTED_CONTAINER, name: 'load', ...container },
          ...{ resources: resourcesOf('500m', memory), volumeMounts: [SCRIPTS_MOUNT] },
        },
      ],
      volumes,
    },
  })
}
