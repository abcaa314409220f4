/** Priority queue by time, then by name: a binary heap. */
export class Queue<T extends { readonly atSeconds: number; readonly name: string }> {
  readonly #heap: T[] = []

  push(entry: T): void {
    const heap = this.#heap
    let at = heap.push(entry) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(entry, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = entry
  }

  pop(): T | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return first
  }
}

type Entry = { readonly atSeconds: number; readonly name: string }

function isBefore(a: Entry, b: Entry): boolean {
  return a.atSeconds < b.atSeconds || (a.atSeconds === b.atSeconds && a.name < b.name)
}
