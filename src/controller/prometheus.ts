import type { PrometheusOptions } from '../history/index.ts'
import type { ControllerContext } from './context.ts'

export type PrometheusSettings = NonNullable<ControllerContext['settings']['prometheus']>

/** Where the store is, and how it is spoken to. */
export function prometheusOf({
  url,
  tokenFile,
  caFile,
  headers,
}: PrometheusSettings): Pick<PrometheusOptions, 'url' | 'bearerTokenFile' | 'caFile' | 'headers'> {
  return {
    url,
    ...(tokenFile !== undefined && { bearerTokenFile: tokenFile }),
    ...(caFile !== undefined && { caFile }),
    ...(headers && { headers }),
  }
}
