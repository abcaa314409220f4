import { RequestError } from './error.ts'

/** A load as people type it. */
export type LoadArgument = { readonly name: string; readonly weight?: number } & (
  | { readonly kind: 'http'; readonly url: string; readonly rate: number }
  | { readonly kind: 'k6' | 'locust' | 'job'; readonly file: string }
  | { readonly kind: 'testRun'; readonly testRun: string }
)

const EXPECTED =
  'expected http://checkout/cart@100/s, a k6 script (load.js), a Locust file (locustfile.py), a Job (job.yaml) or testrun/NAME'
const KINDS = { js: 'k6', mjs: 'k6', ts: 'k6', py: 'locust', yaml: 'job', yml: 'job', json: 'job' } as const

/**
 * Reads `URL@100/s`, `load.js`, `locustfile.py`, `job.yaml` or `testrun/NAME`, each with a name and a weight before it where there are several
 * loads: `peak=load.js`, `normal:3=http://checkout/@100/s`.
 *
 * @param position of the load among all, from 0
 * @throws RequestError if it is none of these
 */
export function parseLoadArgument(text: string, position: number): LoadArgument {
  const [, given, weight, what = text] = /^([a-z0-9][-a-z0-9]*)(?::([0-9.]+))?=(.+)$/s.exec(text) ?? []
  const name = given ?? (position === 0 ? 'load' : `load-${position + 1}`)
  const named = { name, ...(weight !== undefined && { weight: Number(weight) }) }
  const testRun = /^testruns?\/([a-z0-9][-a-z0-9.]*)$/i.exec(what)?.[1]
  if (testRun !== undefined) return { ...named, kind: 'testRun', testRun }
  if (/^https?:\/\//i.test(what)) return { ...named, kind: 'http', ...rateOf(what) }
  const ending = /\.([a-z]+)$/i.exec(what)?.[1]?.toLowerCase() ?? ''
  if (!Object.hasOwn(KINDS, ending)) throw new RequestError(`--load ${text}: ${EXPECTED}`)
  return { ...named, kind: KINDS[ending as keyof typeof KINDS], file: what }
}

const PER = { s: 1, m: 60, h: 3600 } as const

function rateOf(text: string): { readonly url: string; readonly rate: number } {
  const [, url, count, per] = /^(.+)@([0-9]+(?:\.[0-9]+)?)\/(s|m|h)$/.exec(text) ?? []
  if (url === undefined)
    throw new RequestError(
      `--load ${text}: say how many requests are sent, such as ${text.replace(/@[^/]*$/, '')}@100/s`,
    )
  return { url, rate: Number(count) / PER[per as keyof typeof PER] }
}
