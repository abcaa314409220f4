import type { LoadContext, LoadObjects } from './context.ts'
import { LoadError } from './error.ts'
import { literally, metadataOf } from './job.ts'
import { K6_TREND_STATS, K6_WRAPPER, k6Wrapper } from './k6-wrapper.ts'
import type { Load } from './load.ts'
import { jobName } from './names.ts'
import { SCRIPTS, SCRIPTS_MOUNT, scriptsOf } from './script.ts'

type Fields = Readonly<Record<string, unknown>>

/** A copy of a TestRun whose script runs in our wrapper. The operator runs it as `parallelism` says. */
export function testRunManifests(
  load: Load,
  { name: original }: { readonly name: string },
  context: LoadContext,
): LoadObjects {
  const spec = context.source?.spec as Fields | undefined
  if (!spec) throw new LoadError(`load ${load.name}: TestRun ${context.namespace}/${original} was not found`)
  const configMap = scriptOf(spec)
  if (!configMap)
    throw new LoadError(
      `load ${load.name}: the script of TestRun ${original} is not in a ConfigMap (spec.script.configMap), so that its result cannot be read`,
    )
  const name = jobName(load, context)
  const wrapper = { name: K6_WRAPPER, text: (file: string) => k6Wrapper(file, context.hopeless) }
  const scripts = scriptsOf(name, { configMap }, wrapper, 'load.js', context)
  const withScripts = (pod: unknown) => {
    const { volumes = [], volumeMounts = [], metadata = {}, ...rest } = (pod ?? {}) as Record<string, never>
    return {
      ...rest,
      metadata: { ...(metadata as Fields), labels: { ...(metadata as { labels?: Fields }).labels, ...context.labels } },
      volumes: [...volumes, ...scripts.volumes],
      volumeMounts: [...volumeMounts, SCRIPTS_MOUNT],
    }
  }
  // The operator splits arguments at spaces and hands them to a shell.
  const argumentsOf = [spec.arguments, `--summary-trend-stats '${K6_TREND_STATS}'`].filter(Boolean).join(' ')
  const { cleanup: _, ...kept } = spec
  const testRun = {
    ...{ apiVersion: 'k6.io/v1alpha1', kind: 'TestRun', metadata: metadataOf(name, context) },
    spec: {
      ...kept,
      script: { localFile: `${SCRIPTS}/${K6_WRAPPER}` },
      arguments: literally(argumentsOf),
      ...{ initializer: withScripts(spec.initializer ?? spec.runner), runner: withScripts(spec.runner) },
    },
  }
  return { objects: [scripts.configMap, testRun], podSelector: `k6_cr=${name},runner=true` }
}

function scriptOf({ script }: Fields): { readonly name: string; readonly key: string } | undefined {
  const { configMap } = (script ?? {}) as { configMap?: { name?: string; file?: string } }
  return configMap?.name === undefined ? undefined : { name: configMap.name, key: configMap.file ?? 'test.js' }
}
