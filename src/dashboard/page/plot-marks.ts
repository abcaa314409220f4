import type uPlot from 'uplot'
import type { Mark } from './plot-data.ts'

/** Draws OOM kills as thick red lines over the whole height, and changes as thin lines. */
export function drawMarks(plot: uPlot, marks: readonly Mark[], colour: (name: string) => string, font: string): void {
  const { ctx, bbox } = plot
  ctx.save()
  // The last line may be dashed.
  ctx.setLineDash([])
  for (const { seconds, isKill, short } of marks) {
    const x = Math.round(plot.valToPos(seconds, 'x', true))
    ctx.strokeStyle = colour(isKill ? 'high' : 'soft')
    ctx.fillStyle = ctx.strokeStyle
    ctx.lineWidth = (isKill ? 2 : 1) * devicePixelRatio
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    ctx.beginPath()
    ctx.arc(x, bbox.top + 4 * devicePixelRatio, 4 * devicePixelRatio, 0, 2 * Math.PI)
    ctx.fill()
    if (short === undefined) continue
    // On the side that has more room.
    const isLeft = x > bbox.left + bbox.width / 2
    ctx.font = font
    ctx.textAlign = isLeft ? 'right' : 'left'
    ctx.fillText(short, x + (isLeft ? -7 : 7) * devicePixelRatio, bbox.top + 9 * devicePixelRatio)
  }
  ctx.restore()
}
