import type { KubernetesObject, LoadContext } from './context.ts'
import { LoadError } from './error.ts'
import { metadataOf } from './job.ts'
import type { Script } from './load.ts'

/** Where a Pod has the script and our wrapper: in one folder, so that what a script opens or imports is where it expects it. */
export const SCRIPTS = '/load'

/** A script and what runs it. */
interface Scripts {
  readonly configMap: KubernetesObject
  readonly volumes: readonly object[]
  /** Name of the script in the folder. */
  readonly file: string
}

/**
 * @param wrapper its name, and its text for a script with a name
 * @param inline name of a script that the Experiment has itself
 */
export function scriptsOf(
  name: string,
  { script, configMap }: Script,
  wrapper: { readonly name: string; readonly text: (file: string) => string },
  inline: string,
  context: LoadContext,
): Scripts {
  const file = configMap?.key ?? inline
  if (file === wrapper.name)
    throw new LoadError(`the script must not be named ${wrapper.name}: give its key another name`)
  return {
    configMap: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadataOf(name, context),
      data: { [wrapper.name]: wrapper.text(file), ...(configMap === undefined && { [inline]: script ?? '' }) },
    },
    volumes: [
      {
        name: 'scripts',
        projected: {
          sources: [...(configMap ? [{ configMap: { name: configMap.name } }] : []), { configMap: { name } }],
        },
      },
    ],
    file,
  }
}

export const SCRIPTS_MOUNT = { name: 'scripts', mountPath: SCRIPTS, readOnly: true }
