import { explainReason } from '../../policy/index.ts'
import type { WantedValue, WantedWorkload } from '../../pull-requests/index.ts'
import type { ExplainedResource } from '../../sizing/index.ts'
import { BY_NODE_CLASS, type Explained, isByNodeClass } from './explained.ts'

/** What a workload's manifest should say, from what the webhook would inject. Only values that differ from the author's are wanted. */
export function wantedOf(found: Explained): WantedWorkload {
  const { workload, apiVersion, explanation } = found
  const note = isByNodeClass(found) ? `${BY_NODE_CLASS}: these are the values that the largest nodes need` : undefined
  const values = explanation.containers.flatMap(({ name, kind, resources }) =>
    resources.flatMap((one) =>
      (['request', 'limit'] as const).flatMap((field): WantedValue[] => {
        const [from, to] = [one.author[field], one.injected[field]]
        if (to === undefined || from === to) return []
        return [
          {
            ...{
              container: name,
              isInit: kind !== 'container',
              section: `${field}s`,
              resource: one.resource,
              from,
              to,
            },
            ...{ confidence: one.learned?.confidence, why: whyOf(one) },
          },
        ]
      }),
    ),
  )
  return { workload, apiVersion, values, note }
}

function whyOf({ learned, reasons }: ExplainedResource): string[] {
  const { p95, peak } = learned?.evidence ?? {}
  return [...(p95 ? [`usage: p95 ${p95}, peak ${peak}`] : []), ...reasons.map(explainReason)]
}
