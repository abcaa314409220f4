import type { ExperimentReport } from '../../experiment-client/index.ts'
import { frontDots, frontPlaces } from './experiment-dots.ts'
import { cost, milliseconds } from './experiment-text.ts'

const { WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM } = { WIDTH: 640, HEIGHT: 300, LEFT: 60, RIGHT: 20, BOTTOM: 40 }
const CHARACTER = 6.8

/** Cost against latency: each trial, the front, and the best configuration for each goal. Points can be hovered and reached by Tab. */
export function ExperimentPlot({ report }: { readonly report: ExperimentReport }) {
  const dots = frontDots(report)
  if (dots.length === 0) return <p class="quiet">No trial has measured a latency yet.</p>
  const { latency, front, trials } = report
  const frame = { left: LEFT, right: WIDTH - RIGHT, top: 14, bottom: HEIGHT - BOTTOM }
  const { x, y, mostCost, mostMilliseconds } = frontPlaces(dots, latency?.atMost, frame)
  const line = front.map((point) => `${x(point.costPerHour)},${y(point.latencyMilliseconds.expected)}`).join(' ')
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no element for a group of points in a drawing
    <svg
      class="front"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="group"
      aria-label={`Cost against ${latency?.measure ?? 'latency'} of ${trials.length} trials`}
    >
      <path class="axis" d={`M${LEFT} ${frame.top}V${frame.bottom}H${frame.right}`} />
      <text x={LEFT - 6} y={frame.top + 8} text-anchor="end">
        {milliseconds(mostMilliseconds)}
      </text>
      <text x={LEFT - 6} y={frame.bottom} text-anchor="end">
        0
      </text>
      <text x={frame.right} y={HEIGHT - BOTTOM + 18} text-anchor="end">
        {cost(mostCost)} per hour
      </text>
      {latency && <path class="limit" d={`M${LEFT} ${y(latency.atMost)}H${frame.right}`} />}
      {latency && (
        <text x={frame.right} y={y(latency.atMost) - 5} text-anchor="end">
          limit {milliseconds(latency.atMost)}
        </text>
      )}
      <polyline points={line} />
      {dots.map(({ costPerHour, latencyMilliseconds, kind, says }) => {
        const [left, top] = [x(costPerHour), y(latencyMilliseconds)]
        const width = says.length * CHARACTER + 12
        return (
          // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: a point says something when it has the focus, and does nothing
          <g key={says} class={`point ${kind}`} role="img" aria-label={says} tabindex={0}>
            <circle cx={left} cy={top} r={kind === 'best' ? 6 : 4.5} />
            {kind === 'bad' && <path d={`M${left - 3} ${top - 3}l6 6m0 -6l-6 6`} />}
            <g class="tip">
              <rect
                x={Math.max(0, Math.min(left - width / 2, WIDTH - width))}
                y={Math.max(0, top - 30)}
                width={width}
                height="20"
                rx="4"
              />
              <text x={Math.max(0, Math.min(left - width / 2, WIDTH - width)) + 6} y={Math.max(0, top - 30) + 14}>
                {says}
              </text>
            </g>
          </g>
        )
      })}
    </svg>
  )
}
