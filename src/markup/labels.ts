import type { Frame } from './frame.ts'

interface Point {
  readonly x: number
  readonly y: number
  readonly text: string
}

interface Label extends Point {
  readonly anchor: 'start' | 'end' | 'middle'
}

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const CHARACTER_WIDTH = 7.2
const HEIGHT = 15
const AWAY = 11

/**
 * Places a label beside each point, on the first side where it covers neither another point nor another label. If there is
 * none, it is to the right.
 */
export function labelPlaces(points: readonly Point[], { width, right, left, top }: Frame): Label[] {
  const taken: Box[] = points.map(({ x, y }) => ({ left: x - 7, right: x + 7, top: y - 7, bottom: y + 7 }))
  return points.map(({ x, y, text }, i) => {
    const sides: Label[] = [
      { x: x + AWAY, y: y + 4, anchor: 'start', text },
      { x: x - AWAY, y: y + 4, anchor: 'end', text },
      { x, y: y - AWAY, anchor: 'middle', text },
      { x, y: y + AWAY + 11, anchor: 'middle', text },
      { x: x + AWAY, y: y - AWAY, anchor: 'start', text },
      { x: x - AWAY, y: y - AWAY, anchor: 'end', text },
    ]
    const isFree = (label: Label) => {
      const box = boxOf(label)
      if (box.right > width - right + 12 || box.left < left || box.top < top - 12) return false
      return taken.every((other, j) => j === i || !overlap(box, other))
    }
    const label = sides.find(isFree) ?? sides[0]!
    taken.push(boxOf(label))
    return label
  })
}

function boxOf({ x, y, anchor, text }: Label): Box {
  const width = text.length * CHARACTER_WIDTH
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2
  return { left, right: left + width, top: y - HEIGHT + 3, bottom: y + 3 }
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}
