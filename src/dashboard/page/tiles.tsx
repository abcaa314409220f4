import { addressOf } from './address.ts'
import { bytes, cores, money, percent } from './format.ts'
import { setQuery } from './router.ts'
import type { Sums } from './rows.ts'

/** Overview in a few tiles: what is wasted, what is at risk, and what waits for somebody. */
export function Tiles({ sums, currency, show }: { sums: Sums; currency: string; show: string }) {
  const { perMonth, stillToSave, savedSoFar, high, medium, pending } = sums
  const toggle = (what: string) => setQuery({ show: show === what ? '' : what })
  return (
    <div class="tiles">
      <section class="tile">
        <h2>Still to free</h2>
        <p class="figure">
          {money(stillToSave, currency)} <small>a month</small>
        </p>
        <p class="quiet">
          {perMonth > 0 ? `${percent(stillToSave / perMonth)} of ` : 'of '}
          {money(perMonth, currency)} reserved
        </p>
      </section>
      <section class="tile">
        <h2>Freed so far</h2>
        <p class="figure">
          {money(savedSoFar, currency)} <small>a month</small>
        </p>
        <p class="quiet">compared with what authors wrote</p>
      </section>
      <section class={`tile ${high > 0 ? 'alarming' : ''}`}>
        <h2>At risk</h2>
        <p class="figure">
          {high.toLocaleString('en')} <small>high</small>
        </p>
        <p class="quiet">
          {medium.toLocaleString('en')} medium ·{' '}
          <button type="button" class="link" aria-pressed={show === 'risk'} onClick={() => toggle('risk')}>
            {show === 'risk' ? 'show all' : 'show them'}
          </button>
        </p>
      </section>
      <section class="tile">
        <h2>Waiting for approval</h2>
        <p class="figure">{pending.toLocaleString('en')}</p>
        <p class="quiet">{pending > 0 ? <a href={addressOf('/approvals')}>Look at them</a> : 'Nothing waits'}</p>
      </section>
      <section class="tile wide">
        <h2>Reserved, used, needed</h2>
        <Usage
          name="CPU"
          amounts={sums.cpuCores}
          text={(value) => `${cores(value)} ${value === 0 || Math.abs(value) >= 1 ? 'cores' : ''}`}
        />
        <Usage name="Memory" amounts={sums.memoryBytes} text={bytes} />
      </section>
    </div>
  )
}

interface UsageProps {
  readonly name: string
  readonly amounts: Sums['cpuCores']
  readonly text: (value: number) => string
}

/** Bar that shows how much of the reservation is used, with a mark at the learned amount. */
function Usage({ name, amounts: { reserved, used, usedOf, learned }, text }: UsageProps) {
  const most = Math.max(reserved, used, learned, Number.MIN_VALUE)
  const share = usedOf > 0 ? used / usedOf : undefined
  return (
    <div class="usage">
      <span class="name">{name}</span>
      <Gauge
        reserved={reserved / most}
        used={share === undefined ? 0 : (share * reserved) / most}
        learned={learned / most}
      />
      <span class="says">
        {text(reserved)} reserved · {share !== undefined && `${percent(share)} used · `}
        {text(learned)} needed
      </span>
    </div>
  )
}

/**
 * Bar with shares (0..1) of its width: reserved as the track, used as its filling, learned as a mark. It is decoration:
 * the figures are next to it.
 */
export function Gauge({ reserved, used, learned }: { reserved: number; used: number; learned?: number | undefined }) {
  const x = (share: number) => `${Math.max(0, Math.min(1, share)) * 100}%`
  return (
    <svg class="gauge" width="100%" height="8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width={x(reserved)} height="8" rx="2" />
      <rect class={used > reserved ? 'over' : 'fill'} width={x(used)} height="8" rx="2" />
      {learned !== undefined && <line class="mark" x1={x(learned)} x2={x(learned)} y1="0" y2="8" />}
    </svg>
  )
}
