/** Takes the progress messages of the harness. By default, prints them on standard error with the seconds since the start. */
export type Progress = (line: string) => void

export const stderrProgress: Progress = (line) => {
  process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(7)}s ${line}\n`)
}
