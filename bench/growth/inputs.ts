export function range<T>(n: number, make: (i: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => make(i))
}

export function lines(n: number, line: (i: number) => string): string {
  return range(n, line).join('')
}
