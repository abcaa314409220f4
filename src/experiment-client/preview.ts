export type PreviewedParameter = {
  readonly name: string
  readonly now: string
  readonly from: string
  readonly to: string
}
export type ExperimentPreview = {
  readonly refusal?: string
  readonly parameters: readonly PreviewedParameter[]
  readonly minutes: number
  readonly trials: number
  readonly paused: readonly string[]
}
export async function previewExperiment(..._: unknown[]): Promise<ExperimentPreview> {
  return { parameters: [], minutes: 1, trials: 12, paused: [] }
}
