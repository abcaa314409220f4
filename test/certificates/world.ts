import { issueAuthority, issueServing, type PemPair } from '../../src/certificates/issue.ts'
import { AUTHORITY_MILLISECONDS, SERVING_MILLISECONDS, validFor } from '../../src/certificates/lifetimes.ts'
import type { Observed, Step } from '../../src/certificates/plan.ts'

export const NAMES = ['plimsoll.plimsoll.svc', 'plimsoll']
export const NOW = Date.UTC(2026, 0, 15)
export const MINUTE = 60_000
export const DAY = 24 * 60 * MINUTE

/** What rotators write and read, without a cluster: only the newest state, and whether a step still meets what it saw. */
export class World {
  now = NOW
  authority: Observed['authority']
  serving: Observed['serving']
  bundles: Map<string, string>

  constructor(bundle = '') {
    this.bundles = new Map([
      ['auto', bundle],
      ['approve', bundle],
    ])
  }

  get observed(): Observed {
    const { authority, serving, bundles } = this
    return { authority, serving, bundles: new Map(bundles) }
  }

  /** Does what a step says, as the rotator would; false when what it rests on has changed since. */
  async take(step: Step, seen: Observed): Promise<boolean> {
    if (step.do === 'issue authority') {
      const fresh = await issueAuthority(`CA ${this.now}`, validFor(AUTHORITY_MILLISECONDS, this.now))
      // Creation is unguarded: two that see nothing both write.
      if (seen.authority && seen.authority !== this.authority) return false
      this.authority = fresh
    } else if (step.do === 'issue serving') {
      const pair = await issueServing(step.authority, NAMES, validFor(SERVING_MILLISECONDS, this.now))
      if (seen.serving && seen.serving !== this.serving) return false
      this.serving = { ...pair, ca: step.authority.cert }
    } else if (step.do === 'publish bundle') {
      if ([...seen.bundles].some(([name, bundle]) => this.bundles.get(name) !== bundle)) return false
      for (const name of this.bundles.keys()) this.bundles.set(name, step.bundle)
    }
    return true
  }
}

/** Ways in which people, backups and half-done restores damage a pair. */
export const DAMAGE: Readonly<Record<string, (pair: PemPair, other: PemPair) => PemPair>> = {
  'the certificate is garbage': (pair) => ({ ...pair, cert: 'garbage' }),
  'the certificate is cut off': (pair) => ({ ...pair, cert: pair.cert.slice(0, 200) }),
  'the certificate is PEM of something else': (pair) => ({
    ...pair,
    cert: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
  }),
  'the certificate is empty': (pair) => ({ ...pair, cert: '' }),
  'the key is garbage': (pair) => ({ ...pair, key: 'garbage' }),
  'the key is empty': (pair) => ({ ...pair, key: '' }),
  'the key belongs to another certificate': (pair, other) => ({ ...pair, key: other.key }),
}
