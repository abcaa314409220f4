import type { SeenResources } from './sight.ts'

/** Reports the progress of the run, with the seconds since its start. */
export function say(text: string): void {
  const prefix = `${(performance.now() / 1000).toFixed(1).padStart(7)}s `
  process.stderr.write(`${prefix}${text.trimEnd().replaceAll('\n', `\n${' '.repeat(prefix.length)}`)}\n`)
}

/** Rows in columns, the first row being the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `100m 64Mi (limits - 128Mi)`. */
export function spell({ requests, limits }: SeenResources): string {
  const pair = (values: SeenResources['requests']) => `${values?.cpu ?? '-'} ${values?.memory ?? '-'}`
  return limits ? `${pair(requests)} (limits ${pair(limits)})` : pair(requests)
}

export function millicores(cores: number): string {
  return `${Math.round(cores * 1000)}m`
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)}Mi`
}
