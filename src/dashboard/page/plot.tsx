import { type Lines, line, PlotCanvas, stepped } from './plot-canvas.tsx'
import { ceilingOf, type PlotData } from './plot-data.ts'

interface PlotProps {
  readonly title: string
  readonly data: PlotData
  readonly text: (value: number | null | undefined) => string
  /** Whether the marks of the scale are powers of two (of a MiB and more). */
  readonly isBinary: boolean
}

const HEIGHT = 190
const MEBI = 2 ** 20
const BINARY_STEPS = Array.from({ length: 24 }, (_, i) => MEBI * 2 ** i)

/**
 * Plot of one container's usage against its request and limit. A text says the figures, too, for people who cannot see
 * the plot.
 */
export function Plot({ title, data, text, isBinary }: PlotProps) {
  const { seconds, low, high, mean, savings, reliability, advised, request, lowestRequest, limit, lowestLimit } = data
  return (
    <PlotCanvas
      title={title}
      description={describe(title, data, text)}
      seconds={seconds}
      lines={[low, high, mean, savings, reliability, advised, request, lowestRequest, limit, lowestLimit]}
      linesIn={linesIn}
      marks={data.marks}
      top={ceilingOf(data).top}
      height={HEIGHT}
      text={text}
      {...(isBinary && { steps: BINARY_STEPS })}
      last={lastKnown(data)}
      valueAt={(index) => `used ${text(mean[index])}, request ${range(text, lowestRequest[index], request[index])}`}
      legend={(shown) => <Legend data={data} text={text} shown={shown} />}
    />
  )
}

function Legend({ data, text, shown }: Pick<PlotProps, 'data' | 'text'> & { readonly shown: number | undefined }) {
  const { hidesLimit } = ceilingOf(data)
  const value = (line: PlotData['mean']) => (shown === undefined ? undefined : line[shown])
  const limit = value(data.limit)
  return (
    <>
      <li>
        <i class="key used" />
        used {text(value(data.mean))}, at most {text(value(data.high))}
      </li>
      <li>
        <i class="key request" />
        request {range(text, value(data.lowestRequest), value(data.request))}
      </li>
      <li>
        <i class="key advised" />
        learned {text(value(data.advised))}
        {value(data.savings) !== value(data.reliability) &&
          ` (${text(value(data.savings))} to ${text(value(data.reliability))})`}
      </li>
      <li>
        <i class="key limit" />
        {limit === undefined || limit === null
          ? noLimit(value(data.request))
          : `limit ${range(text, value(data.lowestLimit), limit)}${hidesLimit ? ', above' : ''}`}
      </li>
      {data.marks.some(({ isKill }) => isKill) && (
        <li>
          <i class="key kill" />
          OOM kill
        </li>
      )}
      {data.marks.some(({ isKill }) => !isKill) && (
        <li>
          <i class="key change" />
          change for new Pods, or an SLO that is not met
        </li>
      )}
    </>
  )
}

/** One value, or the lowest and the highest where Pods differ. */
function range(text: PlotProps['text'], low: number | null | undefined, high: number | null | undefined): string {
  return low === high ? text(high) : `${text(low)} to ${text(high)}`
}

/** A Pod without a limit may still have a request. If both are missing, it is unknown what the Pods had. */
function noLimit(request: number | null | undefined): string {
  return request === undefined || request === null ? 'limit –' : 'no limit'
}

function lastKnown({ mean, seconds }: PlotData): number | undefined {
  const last = mean.findLastIndex((value) => value !== null)
  return last < 0 ? (seconds.length > 0 ? seconds.length - 1 : undefined) : last
}

function describe(title: string, data: PlotData, text: PlotProps['text']): string {
  const known = (line: PlotData['mean']) => line.filter((value) => value !== null)
  const most = Math.max(...known(data.high), 0)
  const last = (line: PlotData['mean']) => text(known(line).at(-1))
  const kills = data.marks.filter(({ isKill }) => isKill).length
  return `${title}: used ${last(data.mean)} at last and ${text(most)} at most; request ${range(text, known(data.lowestRequest).at(-1), known(data.request).at(-1))}, limit ${range(text, known(data.lowestLimit).at(-1), known(data.limit).at(-1))}, learned ${last(data.advised)}${kills > 0 ? `; ${kills} OOM kills` : ''}`
}

/** Usage with its range, what was learned with the range of the goals, then request and limit, each with its lowest. */
function linesIn(colour: (name: string) => string): Lines {
  const hidden = line('transparent', 0)
  return {
    series: [
      hidden,
      hidden,
      line(colour('used'), 1.5),
      { ...hidden, paths: stepped },
      { ...hidden, paths: stepped },
      line(colour('advised'), 1.75, { paths: stepped }),
      ...[1, 2].map(() => line(colour('ink'), 1.5, { paths: stepped })),
      ...[1, 2].map(() => line(colour('soft'), 1.5, { paths: stepped, dash: [6, 4] })),
    ],
    bands: [
      { series: [2, 1], fill: colour('used-band') },
      { series: [5, 4], fill: colour('advised-band') },
    ],
  }
}
