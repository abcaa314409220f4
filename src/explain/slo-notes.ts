import type { SloStatus } from '../api/index.ts'
import { percent, whyMissing } from '../revisions/index.ts'

/** How each SLO is met, with what its Recommendation says. */
export function sloNotes(slos: readonly SloStatus[]): string[] {
  return slos.map(({ name, text, message, ...slo }) => {
    const says = message === undefined ? '' : `; ${message.startsWith(`SLO ${name} `) ? afterName(message) : message}`
    return `SLO ${name} (${text}): ${figuresOf(slo)}${says}`
  })
}

/** Texts for states in which an objective is known. */
const SAYS: Partial<Record<SloStatus['state'], string>> = {
  Met: 'met',
  Burning: 'its error budget burns, so nothing is lowered',
  BurningFast: 'its error budget burns fast, so nothing is lowered',
  NoRequests: 'there were no requests',
}

function figuresOf({
  state,
  share,
  budget,
  budgetLeft,
}: Pick<SloStatus, 'state' | 'share' | 'budget' | 'budgetLeft'>): string {
  return [
    SAYS[state] ?? whyMissing(state),
    ...(share === undefined ? [] : [`${percent(share)} of the requests are bad; ${percent(budget)} may be bad`]),
    ...(budgetLeft === undefined ? [] : [`${percent(budgetLeft)} of the budget is left`]),
  ].join('; ')
}

/** A message of the judge without the name and the text of the objective, which precede it. */
function afterName(message: string): string {
  return message.slice(message.indexOf('): ') + 3)
}
