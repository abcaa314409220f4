import { moment, NONE } from './format.ts'
import { type Lines, line, PlotCanvas, stepped } from './plot-canvas.tsx'
import { type SloPlotData, topOf } from './slo-plot-data.ts'

const HEIGHT = 130
/** Most revisions that are named below the plot. */
const MOST_NAMED = 5

/** Plot of the share of bad requests against the share that may be bad, with the revisions that were applied meanwhile. */
export function SloPlot({ title, data }: { readonly title: string; readonly data: SloPlotData }) {
  const { seconds, shares, budget, marks } = data
  return (
    <PlotCanvas
      title={title}
      description={describe(title, data)}
      seconds={seconds}
      lines={[shares, budget]}
      linesIn={linesIn}
      marks={marks}
      top={topOf(data)}
      height={HEIGHT}
      text={sharePercent}
      last={shares.findLastIndex((share) => share !== null)}
      valueAt={(index) => `${sharePercent(shares[index])} bad, ${sharePercent(budget[index])} may be`}
      legend={(shown) => (
        <>
          <li>
            <i class="key bad" />
            bad {sharePercent(shown === undefined ? undefined : shares[shown])}
          </li>
          <li>
            <i class="key limit" />
            budget {sharePercent(budget[0])}
          </li>
          {marks.length > 0 && (
            <li>
              <i class="key change" />
              {revisions(data)}
            </li>
          )}
        </>
      )}
    />
  )
}

/** A share as a percentage with two digits; `–` if it is not known. */
export function sharePercent(share: number | null | undefined): string {
  return share === undefined || share === null ? NONE : `${Number((share * 100).toPrecision(2))} %`
}

/** The revisions that were applied, the last ones if there are many: `revision 4 (30 Nov, 09:12)`. */
function revisions({ marks }: SloPlotData): string {
  const named = marks.slice(-MOST_NAMED).map(({ revision, seconds }) => `revision ${revision} (${moment(seconds)})`)
  const more = marks.length > MOST_NAMED ? `${marks.length - MOST_NAMED} revisions before, ` : ''
  return `${more}${named.join(', ')}`
}

function describe(title: string, data: SloPlotData): string {
  const { shares, budget, marks, seconds } = data
  const known = shares.filter((share) => share !== null)
  const above = known.filter((share) => share > budget[0]!).length
  const changes = marks.length > 0 ? `; ${revisions(data)}` : ''
  return `${title} since ${moment(seconds[0]!)}: ${sharePercent(known.at(-1))} bad at last and ${sharePercent(Math.max(...known))} at most; ${sharePercent(budget[0])} may be; above that in ${above} of ${known.length} readings${changes}`
}

function linesIn(colour: (name: string) => string): Lines {
  return {
    series: [
      line(colour('bad'), 1.75, { paths: stepped, fill: colour('bad-band') }),
      line(colour('soft'), 1.5, { dash: [6, 4] }),
    ],
  }
}
