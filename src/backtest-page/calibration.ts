import type { Goal } from '../api/index.ts'
import { type Candidate, percent } from '../backtest/index.ts'
import { axes, drawing, FRAME, html, type Markup, place, scaleFromZero, xPlaces, yPlaces } from '../markup/index.ts'
import type { Calibration } from '../scoring/index.ts'
import { roundPercent } from './units.ts'

const RESOURCES = { cpu: 'CPU', memory: 'Memory' } as const
const LARGEST_RADIUS = 17

/** Draws how often decisions held against how often they said they would: right on the line, too confident below it. */
export function drawCalibration({ name, score }: Candidate): Markup {
  return html`${Object.entries(RESOURCES).map(([resource, title]) => {
    const said = score.calibration[resource as keyof typeof RESOURCES]
    return said ? drawOne(said, title, name) : ''
  })}`
}

function drawOne({ bins, rows }: Calibration, title: string, goal: string): Markup {
  const x = scaleFromZero(1, xPlaces(FRAME))
  const y = scaleFromZero(1, yPlaces(FRAME))
  const filled = bins.filter((bin) => bin.rows > 0)
  const xMarks = x.ticks.map((tick): [number, string] => [x(tick), roundPercent(tick)])
  const content = html`${axes({ frame: FRAME, y, yText: roundPercent, xMarks, xTitle: 'stated confidence →' })}
<path class="right" d="M${x(0)} ${y(0)}L${x(1)} ${y(1)}"/>
${filled.map(({ said, held, rows: count }) => {
  const radius = Math.max(2.5, LARGEST_RADIUS * Math.sqrt(count / rows))
  return html`<circle class="bin" cx="${place(x(said))}" cy="${place(y(held))}" r="${place(radius)}"><title>${percent(count / rows)} of decisions stated ${percent(said)}; ${percent(held)} of them held</title></circle>`
})}`
  const told = filled.map(({ said, held }) => `stated ${percent(said)}, held ${percent(held)}`)
  return html`<figure><figcaption><b>${title}</b>, ${goal}: how often decisions held ↑</figcaption>
${drawing(FRAME, `${title}, ${goal}: ${told.join('; ')}.`, content)}</figure>`
}

/** Table of the calibration figures of each goal. */
export function calibrationTable(goals: readonly (Candidate & { readonly name: Goal })[]): Markup {
  const rows = goals.flatMap(({ name, score }) =>
    Object.entries(RESOURCES).flatMap(([resource, title]) => {
      const said = score.calibration[resource as keyof typeof RESOURCES]
      return said ? [{ label: `${title}, ${name}`, said }] : []
    }),
  )
  return html`<table><caption>Stated confidence and outcome, over all decisions from a container’s second day on</caption>
<thead><tr><th scope="col"></th><th scope="col">calibration error</th><th scope="col">held</th><th scope="col">confidence ≥ 90 %</th><th scope="col">of these held</th></tr></thead>
<tbody>${rows.map(
    ({
      label,
      said,
    }) => html`<tr><th scope="row">${label}</th><td>${percent(said.error)}</td><td>${percent(said.held)}</td><td>${percent(said.sureRows)}</td><td>${said.sureRows > 0 ? percent(said.sureHeld) : '–'}</td></tr>
`,
  )}</tbody></table>`
}
