import { delimiter } from 'node:path'
import type { ClusterChoice } from '../../../kube/index.ts'
import type { ReportOptions } from '../options.ts'

/** A cluster that a report is asked for. */
export interface Target {
  /** Name of its context, or path of its kubeconfig; undefined if neither was given. */
  readonly name?: string
  readonly choice: ClusterChoice
}

/** Placeholder for the name of the context in the options of Prometheus. */
export const CONTEXT = '{context}'

/** The clusters that the options name: those of the contexts, or else the one of the current context of each kubeconfig. */
export function targetsOf({ context = [], kubeconfig = [] }: ReportOptions): readonly Target[] {
  if (context.length > 0) {
    const files = kubeconfig.length > 0 ? { kubeconfig: kubeconfig.join(delimiter) } : {}
    return [...new Set(context)].map((name) => ({ name, choice: { ...files, context: name } }))
  }
  if (kubeconfig.length > 0)
    return [...new Set(kubeconfig)].map((path) => ({ name: path, choice: { kubeconfig: path } }))
  return [{ choice: {} }]
}

/** The options for one of the clusters: its name replaces `{context}` where one store, or one address, serves several. */
export function withContext(options: ReportOptions, { name = '' }: Target): ReportOptions {
  const filled = (text: string) => text.replaceAll(CONTEXT, name)
  const { prometheus, prometheusLabel, prometheusHeader } = options
  const pairs = (all: ReportOptions['prometheusLabel']) => all?.map(([key, value]) => [key, filled(value)] as const)
  return {
    ...options,
    ...(prometheus !== undefined && { prometheus: filled(prometheus) }),
    ...(prometheusLabel && { prometheusLabel: pairs(prometheusLabel)! }),
    ...(prometheusHeader && { prometheusHeader: pairs(prometheusHeader)! }),
  }
}

/** Whether the options of Prometheus depend on the context. */
export function namesContext({ prometheus, prometheusLabel = [], prometheusHeader = [] }: ReportOptions): boolean {
  const texts = [prometheus ?? '', ...[...prometheusLabel, ...prometheusHeader].map(([, value]) => value)]
  return texts.some((text) => text.includes(CONTEXT))
}
