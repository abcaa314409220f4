import type { Settings } from '../config/index.ts'
import type { PrometheusOptions } from './options.ts'

export type PrometheusSettings = NonNullable<Settings['prometheus']>

/** Address of the store and the credentials for it, from the settings. */
export function prometheusOf({
  url,
  tokenFile,
  caFile,
  headers,
  labels,
}: PrometheusSettings): Pick<PrometheusOptions, 'url' | 'bearerTokenFile' | 'caFile' | 'headers' | 'labels'> {
  return {
    url,
    ...(tokenFile !== undefined && { bearerTokenFile: tokenFile }),
    ...(caFile !== undefined && { caFile }),
    ...(headers && { headers }),
    ...(labels && { labels }),
  }
}
